import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { EventStoreUnavailable } from '../event-store.js';
import { Pull } from './pull.js';
import { readAllRequest, readStreamRequest, type Direction, type Place } from './read-request.js';
import type { StoredEvent } from './read-response.js';
import type { StoreClient } from './store-client.js';

/** A read that hears nothing for so long fails: callers of commands are told within two seconds. */
export const READ_STALL_MS = 1_200;

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
    return this.events(readStreamRequest(name, from, { direction, count }));
  }

  /**
   * Events of the whole log from a position on: forwards inclusive, backwards exclusive.
   * @throws {@link NoEventThere}
   */
  all(from: Place, direction: Direction, count?: number): AsyncGenerator<StoredEvent> {
    return this.events(readAllRequest(from, { direction, count }), typeof from === 'bigint');
  }

  private async *events(request: ReadReq, fromPosition = false): AsyncGenerator<StoredEvent> {
    this.requireOpen();
    const pull = new Pull(this.client.openRead(request), this.closing);
    let nothingYet = true;
    try {
      while (await pull.wait(READ_STALL_MS)) {
        nothingYet = false;
        for (let item = pull.take(); item !== undefined; item = pull.take()) {
          if (item.kind === 'event') yield item.event;
        }
        this.requireOpen();
      }
      this.requireOpen();
      if (pull.failure !== undefined) throw pull.failure;
      if (!pull.isOver) throw new EventStoreUnavailable('the event store has not answered in time');
    } catch (error) {
      // How servers say it differs from version to version; always it is no error that they have a name for.
      if (fromPosition && nothingYet && typeOf(error) === 'unknown')
        throw new NoEventThere((error as Error).message);
      throw toUnavailable(error);
    } finally {
      pull.close();
    }
  }

  private requireOpen(): void {
    if (this.closing.aborted) throw new EventStoreUnavailable('the event log is closed');
  }
}

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
