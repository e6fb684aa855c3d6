import {
  RevisionConflict,
  type EventStore,
  type NewEvent,
  type OrderedAppend,
  type RecordedEvent,
} from '../event-store.js';
import { ExportReader } from './export-reader.js';
import { LogDigest } from './log-digest.js';
import { contentOf, type ExportedEvent, type LogSummary } from './log-lines.js';
import { Patience } from './patience.js';

/** In one append. */
const MOST_EVENTS = 500;
/** In one append, far below its limit, and about as many in the appends that are handed over together. */
const MOST_CHARACTERS = 256 * 1024;
/** Handed over together. */
const MOST_APPENDS = 256;

/** The target is not a place for this log: it holds something else, or somebody else writes to it. */
export class UnusableTarget extends Error {
  override readonly name = 'UnusableTarget';
}

/**
 * Writes an exported log into another store: the same events with their ids, metadata and revisions, in the same order.
 * Positions are the target's own.
 *
 * Consecutive events of one stream share an append, which may hold other events than the one they came with; none are
 * swapped. How many appends are under way at once is the store's affair: most promise no order between two, and get them one
 * by one. Each states the revision it must come after, so it may be repeated.
 */
export class LogImport {
  /** What is being done, for whoever watches. */
  phase: 'importing' | 'reading back' = 'importing';
  /** Events that were there before. */
  found = 0;
  appended = 0;
  private readonly appends: (OrderedAppend & { readonly events: NewEvent[] })[] = [];
  private characters = 0;
  private digest = new LogDigest();

  constructor(
    private readonly target: EventStore,
    private readonly patience = new Patience(),
  ) {}

  /** Events read back so far. */
  get verified(): number {
    return this.digest.events;
  }

  /**
   * @param chunks text of an export, in pieces of any size
   * @returns what the target holds now, which is what the export holds
   * @throws UnusableExport, {@link UnusableTarget}, and what {@link EventStore.append} throws; calling it again, also in
   *   another process, goes on where the target stands
   */
  async run(chunks: AsyncIterable<string>): Promise<LogSummary> {
    const reader = new ExportReader(chunks);
    const standing = this.patience.readAll(this.target);
    try {
      await this.goOn(reader, standing);
    } finally {
      await standing.return();
    }
    await this.flush();
    return this.readBack(reader.summary);
  }

  /** Compares the export with what is there, event by event, and adds what is not. */
  private async goOn(reader: ExportReader, standing: AsyncGenerator<RecordedEvent, void>): Promise<void> {
    let next = await standing.next();
    for await (const exported of reader.read()) {
      if (next.done === true) {
        await this.add(exported);
      } else {
        this.requireSame(next.value, exported);
        next = await standing.next();
      }
    }
    if (next.done !== true) throw foreign(next.value, 'which the export does not hold');
  }

  private requireSame(standing: RecordedEvent, { event, content }: ExportedEvent): void {
    if (contentOf(standing) !== content) {
      throw foreign(
        standing,
        `where the export has ${event.type} (${event.stream}, revision ${event.revision})`,
      );
    }
    this.found++;
  }

  private async add({ event, content }: ExportedEvent): Promise<void> {
    if (this.characters + content.length > MOST_CHARACTERS) await this.flush();
    const { id, type, data, metadata, stream, revision } = event;
    const added = { id, type, data, metadata };
    const last = this.appends.at(-1);
    if (last !== undefined && last.stream === stream && last.events.length < MOST_EVENTS) {
      last.events.push(added);
    } else {
      if (this.appends.length >= MOST_APPENDS) await this.flush();
      this.appends.push({ stream, events: [added], expected: revision === 0n ? 'no-stream' : revision - 1n });
    }
    this.characters += content.length;
  }

  private async flush(): Promise<void> {
    const appends = this.appends.splice(0);
    this.characters = 0;
    try {
      await this.patience.retry(() => this.target.appendInOrder(appends));
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
      throw new UnusableTarget(`${error.message}: somebody else writes to the target`);
    }
    for (const { events } of appends) this.appended += events.length;
  }

  private async readBack(wanted: LogSummary): Promise<LogSummary> {
    this.phase = 'reading back';
    this.digest = new LogDigest();
    for await (const event of this.patience.readAll(this.target)) this.digest.add(contentOf(event));
    const { events, sha256 } = this.digest.summary();
    if (events === wanted.events && sha256 === wanted.sha256) return wanted;
    throw new UnusableTarget(
      `the target holds ${events} events with digest ${sha256}, and not the ${wanted.events} with ${wanted.sha256} ` +
        'of the export: somebody else writes to it',
    );
  }
}

const foreign = ({ type, stream, revision, position }: RecordedEvent, rest: string): UnusableTarget =>
  new UnusableTarget(
    `the target is neither empty nor the beginning of this log: at position ${position} it holds ${type} ` +
      `(${stream}, revision ${revision}), ${rest}`,
  );
