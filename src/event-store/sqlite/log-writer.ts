import type { EncodedEvent } from '../append-limits.js';
import { LruMap } from '../lru-map.js';
import { prepareWrite, type Database, type Statement, type Write } from './sqlite.js';
import type { AppendAnswer, AppendRequest } from './writer-protocol.js';

/** Streams whose last revision is kept in memory, so that an append needs no look-up. */
const KNOWN_STREAMS = 20_000;

const NOTHING = -1;

interface Stream {
  readonly id: number;
  readonly revision: number;
}

/** All that is ever written to the log, in transactions of many appends. There is one per file. */
export class LogWriter {
  private readonly streams = new LruMap<string, Stream>(KNOWN_STREAMS);
  private readonly begin: Write;
  private readonly commit: Write;
  private readonly findStream: Statement;
  private readonly insertStream: Statement;
  private readonly insertEvent: Write;
  private readonly idsFrom: Statement;
  private readonly findEvent: Statement;
  /** Positions start at 1. */
  private committed: number;
  /** The last position given out, inside a transaction ahead of `committed`. */
  private last: number;

  constructor(private readonly db: Database) {
    this.begin = prepareWrite(db, 'BEGIN IMMEDIATE');
    this.commit = prepareWrite(db, 'COMMIT');
    this.findStream = db.prepare(
      `SELECT stream_id AS id, (SELECT max(revision) FROM events WHERE stream_id = s.stream_id) AS revision
         FROM streams s WHERE name = ?`,
    );
    this.insertStream = db.prepare('INSERT INTO streams (name) VALUES (?)');
    this.insertEvent = prepareWrite(
      db,
      `INSERT INTO events (position, stream_id, revision, event_id, type, recorded_at, data, metadata)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.idsFrom = db.prepare(
      `SELECT lower(hex(event_id)) AS id, position FROM events
        WHERE stream_id = ? AND revision >= ? ORDER BY revision LIMIT ?`,
    );
    this.findEvent = db.prepare('SELECT revision FROM events WHERE stream_id = ? AND event_id = ?');
    const { head } = db.prepare('SELECT max(position) AS head FROM events').get() as { head: number | null };
    this.committed = head ?? 0;
    this.last = this.committed;
  }

  /** Position of the last committed event, -1 when there is none. */
  get head(): number {
    return this.committed === 0 ? NOTHING : this.committed;
  }

  /**
   * All of these in one transaction with one sync. A conflict is an answer and leaves the others alone; each append sees
   * those before it.
   * @throws what SQLite throws (disk full, I/O error): then nothing of the batch was written
   */
  write(appends: readonly AppendRequest[]): readonly AppendAnswer[] {
    this.begin();
    try {
      const answers = appends.map((append) => this.append(append));
      this.commit();
      this.committed = this.last;
      return answers;
    } catch (error) {
      this.streams.clear();
      this.last = this.committed;
      // Some errors make SQLite roll back by itself.
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Leaves one whole file behind: what stands in the write-ahead log is moved into it. */
  close(): void {
    this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.db.close();
  }

  private append({ stream: name, expected, events }: AppendRequest): AppendAnswer {
    const stream = this.stream(name);
    const revision = stream?.revision ?? NOTHING;
    if (typeof expected === 'number') {
      if (expected === revision) return this.insert(name, stream, events);
      return this.repeated(stream, expected + 1, events) ?? { conflict: revision };
    }
    if (stream === undefined) {
      return expected === 'any' ? this.insert(name, stream, events) : { conflict: NOTHING };
    }
    const first = this.revisionOf(stream, events);
    if (first === undefined) return this.insert(name, stream, events);
    return this.repeated(stream, first, events) ?? { conflict: revision };
  }

  private stream(name: string): Stream | undefined {
    const known = this.streams.get(name);
    if (known !== undefined) return known;
    const found = this.findStream.get(name) as Stream | undefined;
    if (found !== undefined) this.streams.set(name, found);
    return found;
  }

  /** The first answer again, when exactly these events stand in the stream from this revision on. */
  private repeated(
    stream: Stream | undefined,
    from: number,
    events: readonly EncodedEvent[],
  ): AppendAnswer | undefined {
    if (stream === undefined) return undefined;
    const stored = this.idsFrom.all(stream.id, from, events.length) as { id: string; position: number }[];
    if (!events.every((event, i) => stored[i]?.id === withoutDashes(event.id))) return undefined;
    return { revision: from + events.length - 1, position: stored.at(-1)!.position, repeated: true };
  }

  /** Where the first of these events stands in the stream. No index serves this: appends without a revision are rare. */
  private revisionOf(stream: Stream, [first]: readonly EncodedEvent[]): number | undefined {
    const found = this.findEvent.get(stream.id, binaryId(first!.id)) as { revision: number } | undefined;
    return found?.revision;
  }

  private insert(name: string, stream: Stream | undefined, events: readonly EncodedEvent[]): AppendAnswer {
    const id = stream?.id ?? Number(this.insertStream.run(name).lastInsertRowid);
    let revision = stream?.revision ?? NOTHING;
    const now = Date.now();
    for (const event of events) {
      this.insertEvent(
        ++this.last,
        id,
        ++revision,
        binaryId(event.id),
        event.type,
        now,
        Buffer.from(event.data),
        Buffer.from(event.metadata),
      );
    }
    this.streams.set(name, { id, revision });
    return { revision, position: this.last, repeated: false };
  }
}

const withoutDashes = (id: string): string => id.replaceAll('-', '');
const binaryId = (id: string): Buffer => Buffer.from(withoutDashes(id), 'hex');
