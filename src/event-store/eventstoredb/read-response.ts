import protobuf, { type Reader } from 'protobufjs/minimal.js';
import { uuidOfHalves } from './uuid.js';

/** An event as it came, its data and metadata still text: what is not ours is not parsed. */
export interface StoredEvent {
  readonly id: string;
  readonly stream: string;
  readonly revision: bigint;
  /** `undefined` where the server does not say. */
  readonly position: bigint | undefined;
  readonly type: string;
  readonly isJson: boolean;
  readonly data: string;
  readonly metadata: string;
}

/** One message of the server to whoever reads. */
export type ReadResponse =
  | { readonly kind: 'event'; readonly event: StoredEvent }
  /** Everything up to here was handed over, or left out by the filter. */
  | { readonly kind: 'checkpoint'; readonly position: bigint }
  | { readonly kind: 'confirmation' | 'streamNotFound' | 'other' };

/** What has no other fields in the protocol, or none that we want. */
const OTHER: ReadResponse = { kind: 'other' };
const CONFIRMATION: ReadResponse = { kind: 'confirmation' };
const STREAM_NOT_FOUND: ReadResponse = { kind: 'streamNotFound' };

/** How messages inside a message are written. */
const LENGTH_DELIMITED = 2;

/** The highest position and revision there can be; the server gives a higher one for "none". */
const HIGHEST = 2n ** 63n - 1n;

/**
 * A message of `Streams/Read`, straight from the wire. The client makes objects of five classes and a map of every event
 * first, and that is what a service behind the log spends most of its time on. The numbers of the fields are those of the
 * protocol's published `streams.proto` and `shared.proto`; what is not named is passed over, and zero is not written at all.
 */
export const readResponse = (message: Buffer): ReadResponse => {
  const reader = protobuf.Reader.create(message);
  let response: ReadResponse = OTHER;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    switch (fieldOf(tag)) {
      case 1:
        response = readEvent(reader);
        break;
      case 2:
        reader.skipType(LENGTH_DELIMITED);
        response = CONFIRMATION;
        break;
      case 3:
        response = { kind: 'checkpoint', position: readField(reader, 1, readUint64, 0n) };
        break;
      case 4:
        reader.skipType(LENGTH_DELIMITED);
        response = STREAM_NOT_FOUND;
        break;
      default:
        passOver(reader, tag);
    }
  }
  return response;
};

const fieldOf = (tag: number): number => tag >>> 3;
const passOver = (reader: Reader, tag: number): unknown => reader.skipType(tag & 7);

/** Where the message inside the message ends that begins here. */
const endOf = (reader: Reader): number => {
  const length = reader.uint32();
  return reader.pos + length;
};

/** Of a message of which one field is wanted: its value, `absent` where it is not written. */
const readField = <Value>(
  reader: Reader,
  wanted: number,
  read: (reader: Reader) => Value,
  absent: Value,
): Value => {
  let value = absent;
  for (const end = endOf(reader); reader.pos < end;) {
    const tag = reader.uint32();
    if (fieldOf(tag) === wanted) value = read(reader);
    else passOver(reader, tag);
  }
  return value;
};

/** Of a message whose first two fields are of one kind. */
const readPair = <Value>(
  reader: Reader,
  read: (reader: Reader) => Value,
  absent: Value,
): readonly [Value, Value] => {
  let first = absent;
  let second = absent;
  for (const end = endOf(reader); reader.pos < end;) {
    const tag = reader.uint32();
    if (fieldOf(tag) === 1) first = read(reader);
    else if (fieldOf(tag) === 2) second = read(reader);
    else passOver(reader, tag);
  }
  return [first, second];
};

/** With links not followed, what the server hands over is in the first field. */
const readEvent = (reader: Reader): ReadResponse => {
  const event = readField<StoredEvent | undefined>(reader, 1, readRecordedEvent, undefined);
  return event === undefined ? OTHER : { kind: 'event', event };
};

const readRecordedEvent = (reader: Reader): StoredEvent => {
  let id = '';
  let stream = '';
  let revision = 0n;
  let position = 0n;
  let type = '';
  let isJson = false;
  let data = '';
  let metadata = '';
  for (const end = endOf(reader); reader.pos < end;) {
    const tag = reader.uint32();
    switch (fieldOf(tag)) {
      case 1:
        id = readUuid(reader);
        break;
      case 2:
        stream = readField(reader, 3, readString, '');
        break;
      case 3:
        revision = readUint64(reader);
        break;
      case 5:
        position = readUint64(reader);
        break;
      case 6: {
        const [key, value] = readPair(reader, readString, '');
        if (key === 'type') type = value;
        else if (key === 'content-type') isJson = value === 'application/json';
        break;
      }
      case 7:
        metadata = reader.string();
        break;
      case 8:
        data = reader.string();
        break;
      default:
        passOver(reader, tag);
    }
  }
  return {
    id,
    stream,
    revision,
    position: position > HIGHEST ? undefined : position,
    type,
    isJson,
    data,
    metadata,
  };
};

const readUuid = (reader: Reader): string => {
  let id = '';
  for (const end = endOf(reader); reader.pos < end;) {
    const tag = reader.uint32();
    if (fieldOf(tag) === 2) id = reader.string();
    else if (fieldOf(tag) === 1) id = readHalves(reader);
    else passOver(reader, tag);
  }
  return id;
};

const readHalves = (reader: Reader): string => uuidOfHalves(...readPair(reader, readUint64, 0n));

const readString = (reader: Reader): string => reader.string();

const readUint64 = (reader: Reader): bigint => {
  const { low, high } = reader.uint64();
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
};
