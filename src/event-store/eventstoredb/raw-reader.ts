import type { ReadPosition, RecordedEvent as StoredEvent, ResolvedEvent } from '@eventstore/db-client';
import { EventStoreUnavailable } from '../event-store.js';
import { Pull, type Source } from './pull.js';
import type { StoreClient } from './store-client.js';

/** A read that hears nothing for so long fails: callers of commands are told within two seconds. */
export const READ_STALL_MS = 1_200;
/** Events that wait in memory to be taken. */
const BUFFERED = 64;

export type Direction = 'forwards' | 'backwards';
export type Place = bigint | 'start' | 'end';

/** The store can't read from this place: no event begins there. */
export class NoEventThere extends Error {
  override readonly name = 'NoEventThere';
}

/** Everything that stands in the store, whoever wrote it, in the words of the protocol. */
export class RawReader {
  constructor(
    private readonly client: StoreClient,
    private readonly closing: AbortSignal,
  ) {}

  /** Events of a stream from a revision on, inclusive; nothing when there is no such stream. */
  stream(name: string, from: Place, direction: Direction, count?: number): AsyncGenerator<StoredEvent> {
    const options = { direction, fromRevision: from, ...(count !== undefined && { maxCount: count }) };
    return this.events(() => this.client.readStream(name, options, BUFFERING));
  }

  /**
   * Events of the whole log from a position on: forwards inclusive, backwards exclusive.
   * @throws {@link NoEventThere}
   */
  all(from: Place, direction: Direction, count?: number): AsyncGenerator<StoredEvent> {
    const options = {
      direction,
      fromPosition: toPosition(from),
      ...(count !== undefined && { maxCount: count }),
    };
    return this.events(() => this.client.readAll(options, BUFFERING), typeof from === 'bigint');
  }

  private async *events(open: () => Source, fromPosition = false): AsyncGenerator<StoredEvent> {
    this.requireOpen();
    const pull = new Pull<ResolvedEvent>(open());
    let nothingYet = true;
    try {
      while (await pull.wait({ ms: READ_STALL_MS, signal: this.closing })) {
        nothingYet = false;
        for (let item = pull.take(); item !== undefined; item = pull.take()) {
          if (item.event !== undefined) yield item.event;
        }
        this.requireOpen();
      }
      this.requireOpen();
      if (pull.failure !== undefined) throw pull.failure;
      if (!pull.isOver) throw new EventStoreUnavailable('the event store has not answered in time');
    } catch (error) {
      const type = typeOf(error);
      if (type === 'stream-not-found') return;
      // How servers say it differs from version to version; always it is no error that they have a name for.
      if (fromPosition && nothingYet && type === 'unknown') throw new NoEventThere((error as Error).message);
      throw toUnavailable(error);
    } finally {
      if (!pull.isOver) pull.cancel();
    }
  }

  private requireOpen(): void {
    if (this.closing.aborted) throw new EventStoreUnavailable('the event log is closed');
  }
}

const BUFFERING = { highWaterMark: BUFFERED };

export const toPosition = (place: Place): ReadPosition =>
  typeof place === 'bigint' ? { commit: place, prepare: place } : place;

const typeOf = (error: unknown): unknown => (error as { type?: unknown } | null)?.type;

/** @returns what `EventStore` promises to throw when the log can't be read */
export const toUnavailable = (error: unknown): Error => {
  if (error instanceof EventStoreUnavailable) return error;
  const reason =
    typeOf(error) === 'access-denied'
      ? 'the event store does not let us read: check user and password'
      : `the event store can't be reached: ${(error as Error).message}`;
  return new EventStoreUnavailable(reason, { cause: error });
};
