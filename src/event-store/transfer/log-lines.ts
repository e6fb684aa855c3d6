import type { EventData, RecordedEvent } from '../event-store.js';
import type { EventMetadata } from '../event-metadata.js';

/** Raised when an older build could no longer read the lines. */
export const TRANSFER_FORMAT = 1;

const NAME = 'countersign-log';

/** The first line. It says nothing that changes from time to time: the same log gives the same file, byte for byte. */
export const HEADER_LINE = JSON.stringify({ format: NAME, version: TRANSFER_FORMAT });

/** What stands in the last line: how many events there are, and the digest over all of them. */
export interface LogSummary {
  readonly events: number;
  /** Hex, over the {@link contentOf} of each event in order, each with a line feed after it. */
  readonly sha256: string;
}

/** One event as it stands in a line. */
export interface ExportedEvent {
  readonly event: RecordedEvent;
  readonly content: string;
}

/** The lines are not an export of a log, or not a whole one. */
export class UnusableExport extends Error {
  override readonly name = 'UnusableExport';
}

/**
 * All of an event but its position, as JSON without spaces: equal for two events exactly when they are the same event at
 * the same place of the same stream, with the members of their data in the same order. Positions are the store's own.
 */
export const contentOf = ({ stream, revision, id, type, data, metadata }: RecordedEvent): string =>
  JSON.stringify({ stream, revision: String(revision), id, type, data, metadata });

/** The content with the position in front, so that taking the position out of a line gives the content again. */
export const eventLine = (position: bigint, content: string): string =>
  `{"position":"${position}",${content.slice(1)}`;

export const summaryLine = ({ events, sha256 }: LogSummary): string => JSON.stringify({ events, sha256 });

export type LogLine =
  | { readonly kind: 'event'; readonly exported: ExportedEvent }
  | { readonly kind: 'summary'; readonly summary: LogSummary };

type Members = Readonly<Record<string, unknown>>;

/** @throws {@link UnusableExport} */
export const requireHeader = (line: string): void => {
  const { format, version } = parse(line);
  if (format !== NAME) throw new UnusableExport('it does not begin as an exported log does');
  if (version !== TRANSFER_FORMAT) {
    throw new UnusableExport(`it has format ${String(version)}, this build reads format ${TRANSFER_FORMAT}`);
  }
};

/** Any line but the first. @throws {@link UnusableExport} */
export const parseLine = (line: string): LogLine => {
  const members = parse(line);
  if ('stream' in members) {
    const event = toEvent(members);
    return { kind: 'event', exported: { event, content: contentOf(event) } };
  }
  const { events, sha256 } = members;
  if (typeof events !== 'number' || typeof sha256 !== 'string')
    throw new UnusableExport('it is not an event');
  return { kind: 'summary', summary: { events, sha256 } };
};

const parse = (line: string): Members => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UnusableExport('it is not JSON');
  }
  if (!isObject(value)) throw new UnusableExport('it is not a JSON object');
  return value;
};

const toEvent = ({ position, stream, revision, id, type, data, metadata }: Members): RecordedEvent => {
  if (typeof stream !== 'string' || typeof id !== 'string' || typeof type !== 'string') {
    throw new UnusableExport('its stream, id or type is not a text');
  }
  if (!isObject(data) || !isObject(metadata)) {
    throw new UnusableExport('its data or metadata is not an object');
  }
  return {
    id,
    type,
    data: data as EventData,
    metadata: metadata as unknown as EventMetadata,
    stream,
    revision: toPlace(revision, 'revision'),
    position: toPlace(position, 'position'),
  };
};

const toPlace = (text: unknown, what: string): bigint => {
  if (typeof text !== 'string' || !/^\d{1,19}$/.test(text)) {
    throw new UnusableExport(`its ${what} is not a text of digits`);
  }
  return BigInt(text);
};

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
