import { setImmediate as otherWork } from 'node:timers/promises';
import { encodeAppend } from '../append-limits.js';
import { CommitSignal } from '../commit-signal.js';
import {
  EventStore,
  EventStoreUnavailable,
  type AppendResult,
  type ExpectedRevision,
  type NewEvent,
  type OrderedAppend,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../event-store.js';
import { DataFolder } from './data-folder.js';
import { LogReader } from './log-reader.js';
import { LOG_FILE } from './log-schema.js';
import { MAX_MESSAGE_APPENDS, WriterThread } from './writer-thread.js';

const DEFAULT_BATCH = 500;

/**
 * The log in one SQLite file, nothing to install. One thread writes, this one reads; positions are 1, 2, 3 … in commit
 * order. Beside the port's promises: an append with `any` or `stream-exists` whose first event stands in the stream is
 * answered as the first time, for as long as the log is kept.
 */
export class SqliteEventStore extends EventStore {
  readonly kind = 'sqlite';
  private readonly commits = new CommitSignal();
  private closing: Promise<void> | undefined;

  /**
   * Makes folder and log when they are not there.
   * @throws Error that says why: the folder is in use by another process, the file is not ours or of another format
   */
  static async open({ dataDir }: { dataDir: string }): Promise<SqliteEventStore> {
    const folder = DataFolder.claim(dataDir);
    let writer: WriterThread | undefined;
    try {
      const file = folder.file(LOG_FILE);
      writer = await WriterThread.start(file);
      const started = writer;
      return new SqliteEventStore(
        folder,
        started,
        new LogReader(file, (events) => started.sawEvents(events)),
      );
    } catch (error) {
      await writer?.close();
      folder.release();
      throw error;
    }
  }

  private constructor(
    private readonly folder: DataFolder,
    private readonly writer: WriterThread,
    private readonly reader: LogReader,
  ) {
    super();
    writer.onChange = () => this.commits.notify();
  }

  async append(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendResult> {
    this.requireOpen();
    return this.writer.append(stream, encodeAppend(stream, events, expected), expected);
  }

  /** What is handed over in one turn goes to the writer in one message, and into one transaction. */
  override async appendInOrder(appends: readonly OrderedAppend[]): Promise<void> {
    for (let i = 0; i < appends.length; i += MAX_MESSAGE_APPENDS) {
      const together = appends.slice(i, i + MAX_MESSAGE_APPENDS);
      await Promise.all(
        together.map(({ stream, events, expected }) => this.append(stream, events, expected)),
      );
    }
  }

  async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncGenerator<RecordedEvent> {
    const { from = 0n, direction = 'forwards', limit } = options;
    if (direction === 'backwards') return yield* this.reader.readStream(stream, options);
    if (this.closing === undefined && this.writer.endsBefore(stream, from)) return;
    let last: bigint | undefined;
    for await (const event of this.reader.readStream(stream, options)) {
      last = event.revision;
      yield event;
    }
    // Read to its end: nothing follows the last event, and nothing stands where the reading began if there was none.
    if (limit === undefined && (last !== undefined || from === 0n)) this.writer.sawEnd(stream, last ?? -1n);
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    return this.reader.readAll(options);
  }

  async *subscribeToAll({
    after,
    signal,
    batchSize = DEFAULT_BATCH,
  }: SubscribeOptions): AsyncGenerator<SubscriptionBatch> {
    let position = after;
    let caughtUp = false;
    while (!signal.aborted) {
      this.requireOpen();
      // Nothing is awaited between looking at the head and waiting for it to move, so no commit is missed.
      if (caughtUp && position >= this.writer.head) {
        await this.commits.next(signal);
        continue;
      }
      const { events } = this.reader.pageAfter(position, batchSize);
      position = events.at(-1)?.position ?? position;
      caughtUp = position >= this.writer.head;
      if (events.length > 0 || caughtUp) yield { events, position, caughtUp };
      if (!caughtUp) await otherWork();
    }
  }

  async head(): Promise<bigint> {
    this.requireOpen();
    return this.writer.head;
  }

  async reachable(): Promise<boolean> {
    try {
      this.requireOpen();
      this.reader.ping();
      return true;
    } catch {
      return false;
    }
  }

  close(): Promise<void> {
    return (this.closing ??= this.finish());
  }

  private async finish(): Promise<void> {
    this.reader.close();
    await this.writer.close();
    this.folder.release();
  }

  private requireOpen(): void {
    if (this.closing !== undefined) throw new EventStoreUnavailable('the event log is closed');
    this.writer.requireAlive();
  }
}
