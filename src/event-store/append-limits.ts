import { AppendTooLarge, MAX_APPEND_BYTES, type ExpectedRevision, type NewEvent } from './event-store.js';

/** Characters in the name of a stream or an event type. */
export const MAX_NAME_LENGTH = 255;

/** The caller built an append that no log would take: a programming error, not a refusal of a request. */
export class InvalidAppend extends Error {
  override readonly name = 'InvalidAppend';
}

/** An event as it goes into the log: data and metadata as JSON text. */
export interface EncodedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

export interface EncodedAppend {
  readonly events: readonly EncodedEvent[];
  /** Data and metadata of all events as UTF-8, and their types as UTF-16: as EventStoreDB counts. */
  readonly bytes: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
// Half a surrogate pair has no UTF-8 form: two such names would become one.
const CONTROL_OR_BROKEN = /[\p{Cc}\p{Cs}]/u;

const isName = (name: string): boolean =>
  name.length > 0 && name.length <= MAX_NAME_LENGTH && !CONTROL_OR_BROKEN.test(name);

/** Whether a stream may have this name; one that may not has no events. */
export const isStreamName = isName;

/**
 * What every adapter does with an append before it sends anything.
 * @throws {@link InvalidAppend}, {@link AppendTooLarge}
 */
export const encodeAppend = (
  stream: string,
  events: readonly NewEvent[],
  expected: ExpectedRevision,
): EncodedAppend => {
  if (!isStreamName(stream)) {
    throw new InvalidAppend(
      `a stream name has 1 to ${MAX_NAME_LENGTH} characters, none of them a control character: ${quoted(stream)}`,
    );
  }
  if (typeof expected === 'bigint' && expected < 0n) {
    throw new InvalidAppend(`an expected revision is 0 or more, got ${expected}; use 'no-stream'`);
  }
  if (events.length === 0) throw new InvalidAppend(`an append to ${stream} carries no event`);

  const ids = new Set<string>();
  let bytes = 0;
  const encoded = events.map((event) => {
    if (ids.has(event.id)) throw new InvalidAppend(`event id ${event.id} stands twice in one append`);
    ids.add(event.id);
    const one = encodeEvent(event);
    bytes += Buffer.byteLength(one.data) + Buffer.byteLength(one.metadata) + 2 * one.type.length;
    return one;
  });
  if (bytes > MAX_APPEND_BYTES) throw new AppendTooLarge(bytes);
  return { events: encoded, bytes };
};

const encodeEvent = ({ id, type, data, metadata }: NewEvent): EncodedEvent => {
  if (!UUID.test(id)) throw new InvalidAppend(`an event id is a UUID in lower case: ${quoted(id)}`);
  if (!isName(type)) {
    throw new InvalidAppend(
      `an event type has 1 to ${MAX_NAME_LENGTH} characters, none of them a control character: ${quoted(type)}`,
    );
  }
  return { id, type, data: JSON.stringify(data), metadata: JSON.stringify(metadata) };
};

/** Short and printable, whatever it was. */
const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
