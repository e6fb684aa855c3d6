import { Inject, Injectable } from '@nestjs/common';
import { BEFORE_ALL, EventStore, type SubscriptionBatch } from '../../event-store/event-store.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { pause, retryDelay } from '../../projections/retry.js';

/** Taken from the log at a time. */
const BATCH_EVENTS = 200;

/** Who wants to hear of what comes. All of them are told one after the other, so none of them may take long. */
export interface LogListener {
  /** Everything after here is handed over, once and in log order. It is the place of an event, or the one before all. */
  begin(position: bigint): void;
  take(batch: SubscriptionBatch): void;
}

/** The end of the log, followed once for all who need it in this process, while there is anybody. */
@Injectable()
export class LogFollower {
  private readonly listeners = new Set<LogListener>();
  /** The last event that was handed over. */
  private seen = BEFORE_ALL;
  private ending = new AbortController();

  constructor(
    private readonly store: EventStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Tells a listener of everything from now on, until `signal` aborts. Where the log is followed already, now is where the
   * others are, which may be a little before the log's end.
   * @throws EventStoreUnavailable
   */
  async join(listener: LogListener, signal: AbortSignal): Promise<void> {
    const head = await this.store.head();
    if (signal.aborted) return;
    if (this.listeners.size === 0) this.open(head);
    // Nothing is awaited in between, so it misses nothing and gets nothing twice.
    listener.begin(this.seen);
    this.listeners.add(listener);
    signal.addEventListener('abort', () => this.leave(listener), { once: true });
  }

  private leave(listener: LogListener): void {
    this.listeners.delete(listener);
    if (this.listeners.size === 0) this.ending.abort();
  }

  private open(head: bigint): void {
    this.seen = head;
    this.ending = new AbortController();
    void this.follow(head, this.ending.signal);
  }

  private async follow(start: bigint, signal: AbortSignal): Promise<void> {
    // May pass what was seen, where only foreign events followed.
    let followed = start;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const batches = this.store.subscribeToAll({ after: followed, signal, batchSize: BATCH_EVENTS });
        for await (const batch of batches) {
          if (signal.aborted) return;
          attempt = 0;
          if (batch.position <= followed) continue;
          followed = batch.position;
          this.handOver(batch);
        }
      } catch (error) {
        if (signal.aborted) return;
        const retryInMs = retryDelay(attempt);
        this.logger.warn(
          { err: error, retryInMs },
          'event streams and webhooks do not follow the log for now',
        );
        await pause(retryInMs, signal);
      }
    }
  }

  private handOver(batch: SubscriptionBatch): void {
    this.seen = batch.events.at(-1)?.position ?? this.seen;
    for (const listener of this.listeners) {
      try {
        listener.take(batch);
      } catch (error) {
        this.logger.error(
          { err: error },
          'who follows the log could not take some events, and begins after them',
        );
        listener.begin(this.seen);
      }
    }
  }
}
