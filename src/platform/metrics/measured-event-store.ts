import {
  EventStore,
  type AppendResult,
  type ExpectedRevision,
  type NewEvent,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../../event-store/event-store.js';
import type { Metrics } from './metrics.js';

/** Any event store, with its appends counted and timed. */
export class MeasuredEventStore extends EventStore {
  constructor(
    private readonly store: EventStore,
    private readonly metrics: Metrics,
  ) {
    super();
  }

  override get kind(): EventStore['kind'] {
    return this.store.kind;
  }

  override async append(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendResult> {
    const start = performance.now();
    const result = await this.store.append(stream, events, expected);
    this.metrics.appendAcknowledged(events.length, (performance.now() - start) / 1_000);
    return result;
  }

  override readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent> {
    return this.store.readStream(stream, options);
  }

  override readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent> {
    return this.store.readAll(options);
  }

  override subscribeToAll(options: SubscribeOptions): AsyncIterable<SubscriptionBatch> {
    return this.store.subscribeToAll(options);
  }

  override head(): Promise<bigint> {
    return this.store.head();
  }

  override reachable(): Promise<boolean> {
    return this.store.reachable();
  }

  override close(): Promise<void> {
    return this.store.close();
  }
}
