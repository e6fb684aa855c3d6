import {
  BEFORE_ALL,
  EventStore,
  EventStoreUnavailable,
  RevisionConflict,
  type AppendResult,
  type ExpectedRevision,
  type NewEvent,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../../src/event-store/event-store.js';

/** A log in memory that tests can take away, tear subscriptions of, and put events into that no build would write. */
export class MemoryEventStore extends EventStore {
  readonly kind = 'sqlite';
  /** Subscriptions ever made, and those that are open. */
  subscriptions = 0;
  openSubscriptions = 0;
  private events: RecordedEvent[] = [];
  private cutOff: RecordedEvent[] = [];
  private streams = new Map<string, RecordedEvent[]>();
  private readonly waiting = new Set<() => void>();
  private away = false;
  private generation = 0;

  constructor(private readonly positionStep = 1n) {
    super();
  }

  /** Everything fails, and open subscriptions break, until {@link comeBack}. */
  goAway(): void {
    this.away = true;
    this.tear();
  }

  comeBack(): void {
    this.away = false;
  }

  /** Breaks the open subscriptions. */
  tear(): void {
    this.generation += 1;
    this.wake();
  }

  /** What an operator does who puts back an older copy of the log; or what a node shows that is behind. */
  truncateTo(count: number): void {
    const kept = this.events.slice(0, count);
    this.cutOff = this.events.slice(count);
    this.events = [];
    this.streams = new Map();
    for (const event of kept) this.add(event);
  }

  /** The node has come up: what was cut off is there again. */
  restore(): void {
    for (const event of this.cutOff) this.add(event);
    this.wake();
  }

  append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendResult> {
    if (this.away) return Promise.reject(new EventStoreUnavailable('away'));
    const actual = BigInt(this.streams.get(stream)?.length ?? 0) - 1n;
    const fits =
      expected === 'any' ||
      (expected === 'no-stream' && actual < 0n) ||
      (expected === 'stream-exists' && actual >= 0n) ||
      expected === actual;
    if (!fits) {
      return Promise.reject(new RevisionConflict(stream, expected, actual < 0n ? 'no-stream' : actual));
    }
    let revision = actual;
    let position = this.last();
    for (const event of events) {
      revision += 1n;
      position += this.positionStep;
      this.add({ ...event, stream, revision, position });
    }
    this.wake();
    return Promise.resolve({ revision, position });
  }

  async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    this.requireThere();
    const { from, direction = 'forwards', limit = Infinity } = options;
    const inStream = this.streams.get(stream) ?? [];
    const chosen =
      direction === 'forwards'
        ? inStream.filter(({ revision }) => revision >= (from ?? 0n))
        : inStream.filter(({ revision }) => from === undefined || revision <= from).reverse();
    yield* chosen.slice(0, limit);
  }

  async *readAll(options: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    this.requireThere();
    const { after, direction = 'forwards', limit = Infinity } = options;
    const chosen =
      direction === 'forwards'
        ? this.events.slice(this.indexAfter(after ?? BEFORE_ALL))
        : this.events.filter(({ position }) => after === undefined || position < after).reverse();
    yield* chosen.slice(0, limit);
  }

  async *subscribeToAll(options: SubscribeOptions): AsyncIterable<SubscriptionBatch> {
    const { signal, batchSize = 100 } = options;
    const { generation } = this;
    let { after } = options;
    let told = false;
    this.subscriptions += 1;
    this.openSubscriptions += 1;
    try {
      while (!signal.aborted) {
        this.requireThere();
        if (generation !== this.generation) throw new EventStoreUnavailable('torn');
        const first = this.indexAfter(after);
        const events = this.events.slice(first, first + batchSize);
        if (events.length === 0 && told) {
          await this.change(signal);
          continue;
        }
        after = events.at(-1)?.position ?? after;
        told = after >= this.last();
        yield { events, position: after, caughtUp: told };
      }
    } finally {
      this.openSubscriptions -= 1;
    }
  }

  head(): Promise<bigint> {
    return this.away ? Promise.reject(new EventStoreUnavailable('away')) : Promise.resolve(this.last());
  }

  reachable(): Promise<boolean> {
    return Promise.resolve(!this.away);
  }

  close(): Promise<void> {
    this.goAway();
    return Promise.resolve();
  }

  private add(event: RecordedEvent): void {
    this.events.push(event);
    const inStream = this.streams.get(event.stream);
    if (inStream === undefined) this.streams.set(event.stream, [event]);
    else inStream.push(event);
  }

  private indexAfter(position: bigint): number {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.events[middle]?.position ?? 0n) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private last(): bigint {
    return this.events.at(-1)?.position ?? BEFORE_ALL;
  }

  private requireThere(): void {
    if (this.away) throw new EventStoreUnavailable('away');
  }

  private wake(): void {
    for (const wake of this.waiting) wake();
  }

  private change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        this.waiting.delete(wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
