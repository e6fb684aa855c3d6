import { setImmediate as otherWork } from 'node:timers/promises';
import { isStreamName } from '../append-limits.js';
import {
  BEFORE_ALL,
  EventStoreUnavailable,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
} from '../event-store.js';
import { openLogForReading } from './log-schema.js';
import type { Database, Statement } from './sqlite.js';

/** Events, and characters of their JSON (give or take one event), in memory at a time. */
const PAGE_EVENTS = 500;
const PAGE_CHARACTERS = 4 * 1024 * 1024;

/** Above every position and revision. */
const END = BigInt(Number.MAX_SAFE_INTEGER);

// Read as an array of text instead of an object with bytes, which takes twice the time.
const COLUMNS = `e.position, s.name, e.revision, lower(hex(e.event_id)), e.type,
  CAST(e.data AS TEXT), CAST(e.metadata AS TEXT)`;
type Row = [
  position: number,
  stream: string,
  revision: number,
  id: string,
  type: string,
  data: string,
  metadata: string,
];

/** Rows from a place on, at most `count`. */
type Select = (from: bigint, count: number) => Iterable<Row>;

export interface Page {
  readonly events: readonly RecordedEvent[];
  /** Cut short: there may be more. */
  readonly full: boolean;
}

/** Reads the log through a connection of its own. No statement stays open from one page to the next. */
export class LogReader {
  private readonly db: Database;
  private readonly allForwards: Statement;
  private readonly allBackwards: Statement;
  private readonly streamForwards: Statement;
  private readonly streamBackwards: Statement;
  private closed = false;

  constructor(
    file: string,
    /** Told of every page before it is handed over. */
    private readonly onRead: (events: readonly RecordedEvent[]) => void = () => undefined,
  ) {
    this.db = openLogForReading(file);
    const select = (rest: string): Statement => {
      const statement = this.db.prepare(
        `SELECT ${COLUMNS} FROM events e JOIN streams s USING (stream_id) ${rest}`,
      );
      statement.setReturnArrays(true);
      return statement;
    };
    this.allForwards = select('WHERE e.position > ? ORDER BY e.position LIMIT ?');
    this.allBackwards = select('WHERE e.position < ? ORDER BY e.position DESC LIMIT ?');
    this.streamForwards = select('WHERE s.name = ? AND e.revision >= ? ORDER BY e.revision LIMIT ?');
    this.streamBackwards = select('WHERE s.name = ? AND e.revision <= ? ORDER BY e.revision DESC LIMIT ?');
  }

  readAll({ after, direction, limit }: ReadAllOptions): AsyncGenerator<RecordedEvent> {
    const position = (event: RecordedEvent): bigint => event.position;
    return direction === 'backwards'
      ? this.pages(this.selectAll(this.allBackwards), position, after ?? END, limit)
      : this.pages(this.selectAll(this.allForwards), position, after ?? BEFORE_ALL, limit);
  }

  readStream(stream: string, { from, direction, limit }: ReadStreamOptions): AsyncGenerator<RecordedEvent> {
    // SQLite would take a name with U+0000 for the part before it.
    const count = isStreamName(stream) ? limit : 0;
    const select =
      (statement: Statement): Select =>
      (start, size) =>
        statement.iterate(stream, toInteger(start), size) as Iterable<Row>;
    return direction === 'backwards'
      ? this.pages(select(this.streamBackwards), ({ revision }) => revision - 1n, from ?? END, count)
      : this.pages(select(this.streamForwards), ({ revision }) => revision + 1n, from ?? 0n, count);
  }

  /** The events after `position`, at most `count`. */
  pageAfter(position: bigint, count: number): Page {
    return this.page(this.selectAll(this.allForwards), position, count);
  }

  /** @throws {@link EventStoreUnavailable} when the log can't be read */
  ping(): void {
    this.pageAfter(END, 1);
  }

  close(): void {
    this.closed = true;
    this.db.close();
  }

  private selectAll(statement: Statement): Select {
    return (after, count) => statement.iterate(toInteger(after), count) as Iterable<Row>;
  }

  private async *pages(
    select: Select,
    next: (last: RecordedEvent) => bigint,
    from: bigint,
    limit = Infinity,
  ): AsyncGenerator<RecordedEvent> {
    for (let left = limit, start = from; left > 0;) {
      const { events, full } = this.page(select, start, Math.min(left, PAGE_EVENTS));
      for (const event of events) yield event;
      const last = events.at(-1);
      if (!full || last === undefined) return;
      left -= events.length;
      start = next(last);
      await otherWork();
    }
  }

  private page(select: Select, from: bigint, count: number): Page {
    if (this.closed) throw new EventStoreUnavailable('the event log is closed');
    const rows: Row[] = [];
    let characters = 0;
    try {
      for (const row of select(from, count)) {
        rows.push(row);
        characters += row[5].length + row[6].length;
        if (characters >= PAGE_CHARACTERS) break;
      }
    } catch (error) {
      throw new EventStoreUnavailable(`the event log can't be read: ${(error as Error).message}`);
    }
    const events = rows.map(toEvent);
    this.onRead(events);
    return { events, full: rows.length === count || characters >= PAGE_CHARACTERS };
  }
}

const toInteger = (place: bigint): number =>
  Number(place < BEFORE_ALL ? BEFORE_ALL : place > END ? END : place);

const toEvent = ([position, stream, revision, hex, type, data, metadata]: Row): RecordedEvent => ({
  id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
  type,
  data: JSON.parse(data) as RecordedEvent['data'],
  metadata: JSON.parse(metadata) as RecordedEvent['metadata'],
  stream,
  revision: BigInt(revision),
  position: BigInt(position),
});
