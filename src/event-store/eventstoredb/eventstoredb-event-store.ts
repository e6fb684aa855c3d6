import { setMaxListeners } from 'node:events';
import { encodeAppend, isStreamName } from '../append-limits.js';
import {
  EventStore,
  EventStoreUnavailable,
  type AppendResult,
  type ExpectedRevision,
  type NewEvent,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../event-store.js';
import { AllReader } from './all-reader.js';
import { AllSubscription } from './all-subscription.js';
import { Appender } from './appender.js';
import { parseConnectionString } from './connection-string.js';
import { LogHead } from './log-head.js';
import { PlaceFinder } from './place-finder.js';
import { RawReader } from './raw-reader.js';
import { Reachability } from './reachability.js';
import { ForeignEvent, toRecorded } from './recorded-event.js';
import { StoreClient } from './store-client.js';

/** Above every revision that a stream can have. */
const HIGHEST_REVISION = 2n ** 62n;

export interface OpenOptions {
  /** A connection string of EventStoreDB. */
  readonly url: string;
  readonly onClosed?: () => void;
}

/**
 * The log in EventStoreDB 22.6 or later, or in KurrentDB. A position is the commit position of the event. Events of others
 * are passed over: the store's own, whose types begin with `$`, and those without our metadata.
 *
 * Appends have a client of their own: when it hangs it is replaced, without ending reads and subscriptions.
 */
export class EventStoreDbEventStore extends EventStore {
  readonly kind = 'eventstoredb';
  private readonly closing = new AbortController();
  private readonly appender: Appender;
  private readonly client: StoreClient;
  private readonly reader: RawReader;
  private readonly finder: PlaceFinder;
  private readonly all: AllReader;
  private readonly logHead: LogHead;
  private readonly reachability: Reachability;
  private closed: Promise<void> | undefined;

  /**
   * Does not wait for the store: it may be away for now.
   * @throws Error when the connection string or one of the files that it names is no good
   */
  static open({ url, onClosed = () => undefined }: OpenOptions): EventStoreDbEventStore {
    return new EventStoreDbEventStore(StoreClient.maker(parseConnectionString(url)), onClosed);
  }

  private constructor(
    makeClient: () => StoreClient,
    private readonly onClosed: () => void,
  ) {
    super();
    this.appender = new Appender(makeClient);
    this.client = makeClient();
    // Every read under way listens to it; a few dozen at once are no leak.
    setMaxListeners(0, this.closing.signal);
    this.reader = new RawReader(this.client, this.closing.signal);
    this.finder = new PlaceFinder(this.reader);
    this.all = new AllReader(this.reader, this.finder);
    this.logHead = new LogHead(this.reader);
    this.reachability = new Reachability(this.reader);
  }

  async append(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendResult> {
    const encoded = encodeAppend(stream, events, expected);
    const { revision, position } = await this.appender.append(stream, encoded, expected);
    const result = { revision, position: position ?? (await this.positionAt(stream, revision)) };
    this.logHead.saw(result.position);
    return result;
  }

  async *readStream(
    stream: string,
    { from, direction = 'forwards', limit }: ReadStreamOptions = {},
  ): AsyncGenerator<RecordedEvent> {
    const isForwards = direction === 'forwards';
    if (!isStreamName(stream) || limit === 0 || (from ?? 0n) < 0n) return;
    if (isForwards && (from ?? 0n) > HIGHEST_REVISION) return;
    const place = from === undefined || from > HIGHEST_REVISION ? (isForwards ? 'start' : 'end') : from;
    for await (const event of this.reader.stream(stream, place, direction, limit)) {
      const recorded = toRecorded(event);
      if (recorded === undefined) throw new ForeignEvent(event);
      yield recorded;
    }
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    return this.all.read(options);
  }

  subscribeToAll(options: SubscribeOptions): AsyncIterable<SubscriptionBatch> {
    const { client, finder, logHead: head } = this;
    return new AllSubscription({ client, head, finder, closing: this.closing.signal }, options).batches();
  }

  head(): Promise<bigint> {
    return this.logHead.read();
  }

  async reachable(): Promise<boolean> {
    return this.closed === undefined && this.reachability.check();
  }

  close(): Promise<void> {
    return (this.closed ??= this.finish());
  }

  private async finish(): Promise<void> {
    this.closing.abort();
    await Promise.all([this.appender.close(), this.client.close()]);
    this.onClosed();
  }

  /** For servers that do not say it when an append is repeated. */
  private async positionAt(stream: string, revision: bigint): Promise<bigint> {
    for await (const event of this.readStream(stream, { from: revision, limit: 1 })) return event.position;
    throw new EventStoreUnavailable(`event ${revision} of ${stream} is not where the event store has put it`);
  }
}
