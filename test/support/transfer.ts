import { createHash } from 'node:crypto';
import type { EventStore, RecordedEvent } from '../../src/event-store/event-store.js';
import { LogExport } from '../../src/event-store/transfer/log-export.js';
import type { LogSource } from '../../src/event-store/transfer/patience.js';
import { groupRecorded, requestAnswered, rolesReplaced } from './projections.js';

/** Appends of one to three events over a few streams, some of them to one stream in a row. Returns how many events. */
export const fillLog = async (store: EventStore, appends: number): Promise<number> => {
  const revisions = new Map<string, bigint>();
  let events = 0;
  for (let n = 0; n < appends; n++) {
    const id = `d${(n >> 1) % 5}`;
    const [stream, made] =
      n % 4 === 3
        ? [`group-${id}`, [groupRecorded(id)]]
        : n % 7 === 5
          ? [`idempotency-${n}`, [requestAnswered()]]
          : [
              `deployment-${id}`,
              Array.from({ length: 1 + (n % 3) }, (_, i) => rolesReplaced(id, [`r-${n}-${i}`])),
            ];
    const last = revisions.get(stream);
    const { revision } = await store.append(stream, made, last ?? 'no-stream');
    revisions.set(stream, revision);
    events += made.length;
  }
  return events;
};

export const exported = async (source: LogSource): Promise<string> => {
  let text = '';
  for await (const chunk of new LogExport(source).chunks()) text += chunk;
  return text;
};

/** A text in pieces of `size` characters. */
export async function* pieces(text: string, size = 1_000): AsyncGenerator<string> {
  for (let i = 0; i < text.length; i += size) yield text.slice(i, i + size);
}

export const readLog = async (store: Pick<EventStore, 'readAll'>): Promise<RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for await (const event of store.readAll()) events.push(event);
  return events;
};

/** What is the same wherever the log is kept. */
export const withoutPositions = (events: readonly RecordedEvent[]): Omit<RecordedEvent, 'position'>[] =>
  events.map(({ id, type, data, metadata, stream, revision }) => ({
    id,
    type,
    data,
    metadata,
    stream,
    revision,
  }));

/** The digest as an operator can take it, with `sed` and `sha256sum`. */
export const digestOfLines = (text: string): string => {
  const lines = text.trimEnd().split('\n').slice(1, -1);
  const contents = lines.map((line) => `${line.replace(/^\{"position":"\d+",/, '{')}\n`);
  return createHash('sha256').update(contents.join('')).digest('hex');
};
