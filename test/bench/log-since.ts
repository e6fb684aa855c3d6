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
} from '../../src/event-store/event-store.js';

/** A log as if it began after a position: what stood there before, of other runs or of others, is not measured. */
export class LogSince extends EventStore {
  constructor(
    private readonly log: EventStore,
    private readonly begin: bigint,
  ) {
    super();
  }

  get kind(): EventStore['kind'] {
    return this.log.kind;
  }

  append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendResult> {
    return this.log.append(stream, events, expected);
  }

  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent> {
    return this.log.readStream(stream, options);
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    return this.log.readAll({ ...options, after: this.notBefore(options.after) });
  }

  subscribeToAll(options: SubscribeOptions): AsyncIterable<SubscriptionBatch> {
    return this.log.subscribeToAll({ ...options, after: this.notBefore(options.after) });
  }

  head(): Promise<bigint> {
    return this.log.head();
  }

  reachable(): Promise<boolean> {
    return this.log.reachable();
  }

  close(): Promise<void> {
    return this.log.close();
  }

  private notBefore(position = this.begin): bigint {
    return position < this.begin ? this.begin : position;
  }
}
