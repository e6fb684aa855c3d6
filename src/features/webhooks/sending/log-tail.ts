import { CommitSignal } from '../../../event-store/commit-signal.js';
import {
  BEFORE_ALL,
  type EventStore,
  type RecordedEvent,
  type SubscriptionBatch,
} from '../../../event-store/event-store.js';
import type { Logger } from '../../../platform/logging/logger.js';
import { pause, retryDelay } from '../../../projections/retry.js';
import type { LogFollower, LogListener } from '../../log-follower/index.js';

/** The newest events, kept in memory for everybody who is as far as that. */
const KEPT = 512;

export interface Stretch {
  readonly events: readonly RecordedEvent[];
  /** There is nothing else up to here. */
  readonly position: bigint;
}

/**
 * The end of the log, kept once for all webhooks: whoever has come as far gets its events from memory, so that a hundred
 * webhooks read a new event once. Whoever is behind reads the log.
 */
export class LogTail implements LogListener {
  /** In log order; complete after {@link keptAfter}. */
  private kept: RecordedEvent[] = [];
  private keptAfter = BEFORE_ALL;
  private seen = BEFORE_ALL;
  private readonly moved = new CommitSignal();

  constructor(
    private readonly store: EventStore,
    private readonly follower: LogFollower,
    private readonly logger: Logger,
    /** Called with every new event, in log order. */
    private readonly onEvent: (event: RecordedEvent) => void,
  ) {}

  /** Follows the log from now on until `signal` aborts; resolves when it does, however long the log is away. */
  async start(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        return await this.follower.join(this, signal);
      } catch (error) {
        const retryInMs = retryDelay(attempt);
        this.logger.warn({ err: error, retryInMs }, 'webhooks wait for the log');
        await pause(retryInMs, signal);
      }
    }
  }

  begin(position: bigint): void {
    this.kept = [];
    this.keptAfter = position;
    this.seen = position;
    this.moved.notify();
  }

  take({ events, position }: SubscriptionBatch): void {
    this.kept.push(...events);
    const surplus = this.kept.length - KEPT;
    if (surplus > 0) this.keptAfter = this.kept.splice(0, surplus).at(-1)?.position ?? this.keptAfter;
    this.seen = position;
    for (const event of events) this.onEvent(event);
    this.moved.notify();
  }

  /** How far the log was seen. */
  get end(): bigint {
    return this.seen;
  }

  /** What follows a position, at most `limit` events. */
  async read(after: bigint, limit: number): Promise<Stretch> {
    if (after >= this.seen) return { events: [], position: after };
    if (after >= this.keptAfter) return this.fromMemory(after, limit);
    // Up to here at least, should nothing be found.
    const { seen } = this;
    const events: RecordedEvent[] = [];
    for await (const event of this.store.readAll({ after, limit })) events.push(event);
    return { events, position: events.at(-1)?.position ?? seen };
  }

  /** Resolves when the log has grown, `signal` aborts or the time is over. */
  grown(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return this.moved.next(signal, timeoutMs);
  }

  private fromMemory(after: bigint, limit: number): Stretch {
    let [low, high] = [0, this.kept.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.kept[middle]?.position ?? 0n) <= after) low = middle + 1;
      else high = middle;
    }
    const events = this.kept.slice(low, low + limit);
    const isAll = low + limit >= this.kept.length;
    return { events, position: isAll ? this.seen : (events.at(-1)?.position ?? this.seen) };
  }
}
