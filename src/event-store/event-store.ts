import type { EventMetadata } from './event-metadata.js';

/** Where a stream must stand for an append to be accepted; a number is the revision of its last event. */
export type ExpectedRevision = bigint | 'no-stream' | 'stream-exists' | 'any';

/** The position before every event: reading after it starts at the beginning of the log. */
export const BEFORE_ALL = -1n;

/**
 * Data and metadata of one append, as UTF-8 JSON, and two bytes for each character of its events' types: EventStoreDB's own
 * limit, kept on every adapter.
 */
export const MAX_APPEND_BYTES = 1024 * 1024;

export type EventData = Readonly<Record<string, unknown>>;

export interface NewEvent {
  /** UUID, lower case. The same id at the same explicit revision is the same event. */
  readonly id: string;
  readonly type: string;
  readonly data: EventData;
  readonly metadata: EventMetadata;
}

export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  /** Place in the stream, from 0, without gaps. */
  readonly revision: bigint;
  /** Place in the log: strictly rising in commit order, gaps allowed. */
  readonly position: bigint;
}

export interface AppendResult {
  /** Revision and position of the last event of this append. */
  readonly revision: bigint;
  readonly position: bigint;
}

/** One of several appends that belong one after the other. */
export interface OrderedAppend {
  readonly stream: string;
  readonly events: readonly NewEvent[];
  readonly expected: ExpectedRevision;
}

export interface ReadStreamOptions {
  /** First revision to return, inclusive; default: the first event, or the last one backwards. */
  readonly from?: bigint;
  readonly direction?: 'forwards' | 'backwards';
  readonly limit?: number;
}

export interface ReadAllOptions {
  /** Exclusive: later positions forwards, earlier ones backwards. Default: everything. */
  readonly after?: bigint;
  readonly direction?: 'forwards' | 'backwards';
  readonly limit?: number;
}

/** What a subscription hands over: some events in log order, and how far the log has been seen with them. */
export interface SubscriptionBatch {
  readonly events: readonly RecordedEvent[];
  /** Everything up to here has been handed over; may pass the last event where only foreign events followed. */
  readonly position: bigint;
  /** True when nothing more was known at that moment: the subscription is live from here. */
  readonly caughtUp: boolean;
}

export interface SubscribeOptions {
  /** Exclusive; {@link BEFORE_ALL} for everything. */
  readonly after: bigint;
  /** Ends the iteration, without an error. */
  readonly signal: AbortSignal;
  /** Events per batch at most. */
  readonly batchSize?: number;
}

/** The stream is not where the caller thought; nothing was written. */
export class RevisionConflict extends Error {
  override readonly name = 'RevisionConflict';

  constructor(
    readonly stream: string,
    readonly expected: ExpectedRevision,
    readonly actual: bigint | 'no-stream',
  ) {
    super(`stream ${stream} is at ${actual}, expected ${expected}`);
  }
}

/** More than {@link MAX_APPEND_BYTES} in one append; refused before anything was sent. */
export class AppendTooLarge extends Error {
  override readonly name = 'AppendTooLarge';

  constructor(readonly bytes: number) {
    super(`an append carries at most ${MAX_APPEND_BYTES} bytes, got ${bytes}`);
  }
}

/** The log can't be reached or written now; the command may be repeated with the same event ids. */
export class EventStoreUnavailable extends Error {
  override readonly name: string = 'EventStoreUnavailable';
}

/**
 * The append was sent, and what became of it is not known: it may be in the log, or get there in a moment. Whoever asked must
 * not be told that nothing was changed. Repeating it with the same event ids at the same explicit revision is safe.
 */
export class AppendOutcomeUnknown extends EventStoreUnavailable {
  override readonly name = 'AppendOutcomeUnknown';
}

/**
 * The log. What every adapter promises (`test/contract`):
 * - an append is all or nothing, and durable when its promise resolves;
 * - revisions of a stream have no gaps; positions rise in commit order, and no reader sees a later event before an
 *   earlier one;
 * - an append that repeats the same event ids at the same explicit revision (a number or `no-stream`) is answered as the
 *   first time, also after later events; a partial overlap is a {@link RevisionConflict}. `any` and `stream-exists`
 *   promise that only while the same server process lives, so what may be repeated never uses them;
 * - of writers racing at one explicit revision exactly one wins;
 * - a subscription hands over every event after its start once, in order, without a gap between catching up and live.
 */
export abstract class EventStore {
  abstract readonly kind: 'sqlite' | 'eventstoredb';

  /** @throws {@link RevisionConflict}, {@link AppendTooLarge}, {@link EventStoreUnavailable} */
  abstract append(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendResult>;

  /**
   * Several appends whose events get positions in this order, for whoever copies a log and is alone in writing to it. None is
   * written while one before it fails because the log is away; all of them may then be repeated. An adapter that can promise
   * so for several at once is free to be faster.
   * @throws as {@link append} does; a conflict says nothing about the others
   */
  async appendInOrder(appends: readonly OrderedAppend[]): Promise<void> {
    for (const { stream, events, expected } of appends) await this.append(stream, events, expected);
  }

  /** A stream that does not exist reads as empty. */
  abstract readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent>;

  abstract readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent>;

  /** Catches up, then stays live until `signal` aborts; hands over the next batch when the last one was taken. */
  abstract subscribeToAll(options: SubscribeOptions): AsyncIterable<SubscriptionBatch>;

  /** Position of the last event, {@link BEFORE_ALL} when the log is empty. */
  abstract head(): Promise<bigint>;

  /** Whether the log answers now; never throws. */
  abstract reachable(): Promise<boolean>;

  /** Finishes what was accepted, then closes. Later calls fail with {@link EventStoreUnavailable}. */
  abstract close(): Promise<void>;
}
