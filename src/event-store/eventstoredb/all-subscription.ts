import {
  excludeSystemEvents,
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type Position,
} from '@eventstore/db-client';
import {
  EventStoreUnavailable,
  type RecordedEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../event-store.js';
import type { LogHead } from './log-head.js';
import type { PlaceFinder } from './place-finder.js';
import { Pull } from './pull.js';
import { READ_STALL_MS, toPosition, toUnavailable, type Place } from './raw-reader.js';
import { isOurs, positionOf, toRecorded } from './recorded-event.js';
import type { StoreClient } from './store-client.js';
import { within } from './within.js';

const DEFAULT_BATCH = 500;
/** Items that wait in memory to be taken; beyond that the server waits. */
const BUFFERED = 64;
/** How long a batch waits for events that are known to be on their way. */
const LINGER_MS = 25;

/** Stands between the events: everything before it was handed over or left out by the server. */
interface Checkpoint {
  readonly checkpoint: Position;
}

export interface SubscriptionParts {
  readonly client: StoreClient;
  readonly head: LogHead;
  readonly finder: PlaceFinder;
  /** The store is being closed. */
  readonly closing: AbortSignal;
}

/** One subscription to the whole log: catches up, then lives on until it is called off or fails. */
export class AllSubscription {
  private readonly ending: AbortSignal;
  private position: bigint;

  constructor(
    private readonly parts: SubscriptionParts,
    private readonly options: SubscribeOptions,
  ) {
    this.position = options.after;
    this.ending = AbortSignal.any([options.signal, parts.closing]);
  }

  async *batches(): AsyncGenerator<SubscriptionBatch> {
    if (this.options.signal.aborted) return;
    const { head } = this.parts;
    await head.read();
    if (this.position >= head.known) yield { events: [], position: this.position, caughtUp: true };
    const pull = await this.open();
    try {
      for (;;) {
        const batch = await this.gather(pull);
        if (batch === undefined) return this.end();
        yield batch;
        if (this.ending.aborted) return this.end();
      }
    } catch (error) {
      throw toUnavailable(error);
    } finally {
      if (!pull.isOver) pull.cancel();
    }
  }

  /** What is here, and what is known to be on its way; `undefined` at the end. */
  private async gather(
    pull: Pull<AllStreamResolvedEvent | Checkpoint>,
  ): Promise<SubscriptionBatch | undefined> {
    const { head } = this.parts;
    const { batchSize = DEFAULT_BATCH } = this.options;
    const target = head.known;
    const start = this.position;
    const events: RecordedEvent[] = [];
    while (events.length < batchSize) {
      const item = pull.take();
      if (item !== undefined) this.pass(item, events);
      else if (this.position === start) {
        if (await pull.wait({ signal: this.ending })) continue;
        if (pull.failure !== undefined) throw pull.failure;
        return undefined;
      } else if (this.position >= target || !(await pull.wait({ ms: LINGER_MS, signal: this.ending }))) break;
    }
    return { events, position: this.position, caughtUp: this.position >= head.known && pull.isEmpty };
  }

  private pass(item: AllStreamResolvedEvent | Checkpoint, events: RecordedEvent[]): void {
    if ('checkpoint' in item) {
      if (item.checkpoint.commit > this.position) this.position = item.checkpoint.commit;
      return;
    }
    const { event } = item;
    if (event === undefined) return;
    const position = positionOf(event);
    if (position <= this.position) return;
    this.position = position;
    if (isOurs(event)) events.push(toRecorded(event));
  }

  private async open(): Promise<Pull<AllStreamResolvedEvent | Checkpoint>> {
    const place = this.position > 0n ? this.position : 'start';
    try {
      return await this.subscribe(place);
    } catch (error) {
      // The server does not say why; a position where no event begins is one reason.
      if (typeof place !== 'bigint' || (error as { type?: unknown }).type !== 'unknown')
        throw toUnavailable(error);
    }
    const { before } = await this.parts.finder.near(place);
    return this.subscribe(before).catch((error: unknown) => {
      throw toUnavailable(error);
    });
  }

  private async subscribe(from: Place): Promise<Pull<AllStreamResolvedEvent | Checkpoint>> {
    const subscription = this.parts.client.subscribeToAll(
      { fromPosition: toPosition(from), filter: excludeSystemEvents({ checkpointReached }) },
      { highWaterMark: BUFFERED },
    );
    const pull = new Pull<AllStreamResolvedEvent | Checkpoint>(subscription);
    const answer = new Promise<boolean>((resolve, reject) => {
      subscription.once('confirmation', () => resolve(true));
      subscription.once('error', reject);
    });
    if (await within(READ_STALL_MS, answer)) return pull;
    pull.cancel();
    throw new EventStoreUnavailable('the event store has not confirmed the subscription in time');
  }

  private end(): void {
    if (this.options.signal.aborted) return;
    throw new EventStoreUnavailable(
      this.parts.closing.aborted ? 'the event log is closed' : 'the event store has ended the subscription',
    );
  }
}

/** Puts it in line with the events, so that it is looked at when those before it are. */
const checkpointReached = (subscription: AllStreamSubscription, checkpoint: Position): void => {
  subscription.push({ checkpoint });
};
