import { setTimeout as sleep } from 'node:timers/promises';
import { BEFORE_ALL, type EventStore, type RecordedEvent } from '../../../event-store/event-store.js';
import type { Logger } from '../../../platform/logging/logger.js';
import { pause, retryDelay } from '../../../projections/retry.js';

/** The newest events, kept in memory for everybody who is as far as that. */
const KEPT = 512;

export interface Stretch {
  readonly events: readonly RecordedEvent[];
  /** There is nothing else up to here. */
  readonly position: bigint;
}

/**
 * The end of the log, followed once for all webhooks: whoever has come as far gets its events from memory, so that a
 * hundred webhooks read a new event once. Whoever is behind reads the log.
 */
export class LogTail {
  /** In log order; complete after {@link keptAfter}. */
  private kept: RecordedEvent[] = [];
  private keptAfter = BEFORE_ALL;
  private seen = BEFORE_ALL;
  private readonly waiting = new Set<() => void>();
  private readonly ending = new AbortController();
  private finished: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: EventStore,
    private readonly logger: Logger,
    /** Called with every new event, in log order. */
    private readonly onEvent: (event: RecordedEvent) => void,
  ) {}

  /** Follows the log from its present end on, which it waits for while the log is away. */
  async start(): Promise<void> {
    const { signal } = this.ending;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        this.seen = this.keptAfter = await this.store.head();
        this.finished = this.follow();
        return;
      } catch (error) {
        this.complain(error);
        await pause(retryDelay(attempt), signal);
      }
    }
  }

  async stop(): Promise<void> {
    this.ending.abort();
    this.tell();
    await this.finished;
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
  async grown(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    let wake = (): void => undefined;
    const told = new Promise<void>((resolve) => (wake = resolve));
    this.waiting.add(wake);
    await Promise.race([told, sleep(timeoutMs, undefined, { signal: either }).catch(() => undefined)]);
    this.waiting.delete(wake);
    over.abort();
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

  private async follow(): Promise<void> {
    const { signal } = this.ending;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        for await (const { events, position } of this.store.subscribeToAll({ after: this.seen, signal })) {
          attempt = 0;
          this.grow(events, position);
        }
      } catch (error) {
        this.complain(error);
        await pause(retryDelay(attempt), signal);
      }
    }
  }

  private grow(events: readonly RecordedEvent[], position: bigint): void {
    if (position <= this.seen) return;
    this.kept.push(...events);
    const surplus = this.kept.length - KEPT;
    if (surplus > 0) this.keptAfter = this.kept.splice(0, surplus).at(-1)?.position ?? this.keptAfter;
    this.seen = position;
    for (const event of events) this.onEvent(event);
    this.tell();
  }

  private tell(): void {
    for (const wake of this.waiting) wake();
  }

  private complain(error: unknown): void {
    this.logger.warn({ err: error }, 'webhooks do not follow the log for now');
  }
}
