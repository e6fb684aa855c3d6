import {
  EventStoreUnavailable,
  type RecordedEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../event-store.js';
import type { LogHead } from './log-head.js';
import type { PlaceFinder } from './place-finder.js';
import { Pull } from './pull.js';
import { READ_STALL_MS, toUnavailable } from './raw-reader.js';
import { subscribeToAllRequest, type Place } from './read-request.js';
import type { ReadResponse } from './read-response.js';
import { positionOf, toRecorded } from './recorded-event.js';
import type { StoreClient } from './store-client.js';

const DEFAULT_BATCH = 500;
/** How long a batch waits for events that are known to be on their way. */
const LINGER_MS = 25;
/**
 * A batch that follows another one so soon waits for more until then: the store sends events one by one, and each batch costs
 * its taker a transaction, several times what an event costs.
 */
const BREATH_MS = 4;

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
  /** When the last batch was handed over. */
  private handedOver = -Infinity;

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
        this.handedOver = performance.now();
        yield batch;
        if (this.ending.aborted) return this.end();
      }
    } catch (error) {
      throw toUnavailable(error);
    } finally {
      pull.close();
    }
  }

  /** What is here, and what is known to be on its way; `undefined` at the end. */
  private async gather(pull: Pull<ReadResponse>): Promise<SubscriptionBatch | undefined> {
    const { head } = this.parts;
    const { batchSize = DEFAULT_BATCH } = this.options;
    const target = head.known;
    const start = this.position;
    const events: RecordedEvent[] = [];
    while (events.length < batchSize) {
      const item = pull.take();
      if (item !== undefined) this.pass(item, events);
      else if (this.position === start) {
        if (await pull.wait()) continue;
        if (this.ending.aborted) return undefined;
        if (pull.failure !== undefined) throw pull.failure;
        return undefined;
      } else if (!(await this.more(pull, target))) break;
    }
    return { events, position: this.position, caughtUp: this.position >= head.known && pull.isEmpty };
  }

  private async more(pull: Pull<ReadResponse>, target: bigint): Promise<boolean> {
    const ms =
      this.position < target ? LINGER_MS : Math.ceil(this.handedOver + BREATH_MS - performance.now());
    return ms > 0 && pull.wait(ms);
  }

  private pass(item: ReadResponse, events: RecordedEvent[]): void {
    if (item.kind === 'checkpoint') {
      if (item.position > this.position) this.position = item.position;
      return;
    }
    if (item.kind !== 'event') return;
    const position = positionOf(item.event);
    if (position <= this.position) return;
    this.position = position;
    const recorded = toRecorded(item.event);
    if (recorded !== undefined) events.push(recorded);
  }

  private async open(): Promise<Pull<ReadResponse>> {
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

  private async subscribe(from: Place): Promise<Pull<ReadResponse>> {
    const pull = new Pull(this.parts.client.openRead(subscribeToAllRequest(from)), this.ending);
    if ((await pull.wait(READ_STALL_MS)) || this.ending.aborted) return pull;
    pull.close();
    if (pull.failure !== undefined) throw pull.failure;
    throw new EventStoreUnavailable('the event store has not confirmed the subscription in time');
  }

  private end(): void {
    if (this.options.signal.aborted) return;
    throw new EventStoreUnavailable(
      this.parts.closing.aborted ? 'the event log is closed' : 'the event store has ended the subscription',
    );
  }
}
