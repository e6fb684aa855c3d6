import { CommitSignal } from '../../event-store/commit-signal.js';
import { BEFORE_ALL, type SubscriptionBatch } from '../../event-store/event-store.js';
import type { LogFollower, LogListener } from '../log-follower/index.js';
import { BatchMaker, StreamBatch } from './stream-batch.js';

/** Of text that is kept, for clients that are a little behind or come back: who is further behind reads the log. */
const KEPT_CHARACTERS = 4 * 1024 * 1024;
/** What a batch costs beside its text, in characters. */
const PER_BATCH = 512;

interface Kept {
  readonly batch: StreamBatch;
  readonly size: number;
}

/** The end of the log as text, made once for all clients, while there are any. */
export class LogTail implements LogListener {
  private readonly moved = new CommitSignal();
  private kept: Kept[] = [];
  private size = 0;
  /** What is kept begins after here. */
  private start = BEFORE_ALL;
  private seen = BEFORE_ALL;
  private users = 0;
  private opening: Promise<void> | undefined;
  private ending = new AbortController();

  constructor(
    private readonly follower: LogFollower,
    private readonly source: string,
  ) {}

  /** The last event that was seen. Never beyond it, so that it can be told to clients as a position of this log. */
  get position(): bigint {
    return this.seen;
  }

  /**
   * To be called before anything else, and to be followed by {@link leave}.
   * @throws EventStoreUnavailable
   */
  async join(): Promise<void> {
    this.users++;
    const opening = (this.opening ??= this.follower.join(this, this.ending.signal));
    try {
      await opening;
    } catch (error) {
      if (this.opening === opening) this.opening = undefined;
      this.leave();
      throw error;
    }
  }

  leave(): void {
    if (--this.users > 0) return;
    this.ending.abort();
    this.ending = new AbortController();
    this.opening = undefined;
    this.forget();
  }

  begin(position: bigint): void {
    this.forget();
    this.start = position;
    this.seen = position;
    this.moved.notify();
  }

  take({ events }: SubscriptionBatch): void {
    const last = events.at(-1);
    if (last === undefined) return;
    const maker = new BatchMaker(this.source);
    for (const event of events) if (maker.add(event)) this.keep(maker, event.position);
    this.keep(maker, last.position);
    this.seen = last.position;
    this.moved.notify();
  }

  /** What comes after a position; `undefined`: nothing yet; `behind`: it is kept no more, and to be read from the log. */
  after(position: bigint): StreamBatch | undefined | 'behind' {
    if (position >= this.seen) return undefined;
    if (position < this.start) return 'behind';
    let index = this.kept.length;
    while (index > 0 && this.kept[index - 1]!.batch.position > position) index--;
    return this.kept[index]?.batch ?? new StreamBatch([], this.seen);
  }

  /** Resolves when there is more than there was, or `signal` aborts. */
  more(signal: AbortSignal): Promise<void> {
    return this.moved.next(signal);
  }

  private forget(): void {
    this.kept = [];
    this.size = 0;
  }

  private keep(maker: BatchMaker, position: bigint): void {
    const size = maker.characters + PER_BATCH;
    const batch = maker.make(position);
    if (batch.isEmpty) return;
    this.kept.push({ batch, size });
    this.size += size;
    // The newest is kept in any case.
    while (this.size > KEPT_CHARACTERS && this.kept.length > 1) {
      const oldest = this.kept.shift()!;
      this.size -= oldest.size;
      this.start = oldest.batch.position;
    }
  }
}
