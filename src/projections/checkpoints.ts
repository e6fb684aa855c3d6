import { BEFORE_ALL, type RecordedEvent } from '../event-store/event-store.js';
import type { Database, Statement } from '../event-store/sqlite/sqlite.js';
import { StatementCache } from './statement-cache.js';

/** The event at which a projection stopped, and why. */
export interface Failure {
  readonly position: bigint;
  readonly eventType: string;
  readonly message: string;
}

/**
 * Identifies the last event a projection has passed: how it is noticed that the log was put back from a backup, or is
 * another one. One that was moved to another store has the same events at other positions.
 */
export interface EventMark {
  readonly stream: string;
  readonly revision: bigint;
  readonly id: string;
  readonly position: bigint;
}

/** One version of one projection as the database has it. */
export interface StoredVersion {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly position: bigint;
  /** The views point at its tables. */
  readonly live: boolean;
  /** Logical names. */
  readonly tables: readonly string[];
  /** The statements its tables and indexes were made with. */
  readonly definition: string;
  readonly mark?: EventMark;
  readonly failure?: Failure;
}

/** Another process moves the same checkpoint: going on would apply events twice. */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
}

interface Row {
  readonly id: bigint;
  readonly name: string;
  readonly version: bigint;
  readonly position: bigint;
  readonly live: bigint;
  readonly tables: string;
  readonly definition: string;
  readonly event_stream: string | null;
  readonly event_revision: bigint;
  readonly event_id: string;
  readonly event_position: bigint;
  readonly failed_position: bigint | null;
  readonly failed_event_type: string;
  readonly failed_message: string;
}

/** The engine's own tables. Every write happens in a transaction of the caller. */
export class Checkpoints {
  private readonly selectAll: Statement;
  private readonly recordFailure: Statement;
  private readonly clearFailureOf: Statement;
  private readonly statements: StatementCache;
  private lastMoved: { readonly versions: readonly object[]; readonly statement: Statement } | undefined;

  constructor(private readonly db: Database) {
    this.statements = new StatementCache(db, 10);
    this.selectAll = db.prepare(
      'SELECT * FROM projection_checkpoints JOIN projection_definitions USING (id) ORDER BY name, version',
    );
    this.selectAll.setReadBigInts(true);
    this.recordFailure = db.prepare(`
      UPDATE projection_checkpoints SET failed_position = ?, failed_event_type = ?, failed_message = ? WHERE id = ?`);
    this.clearFailureOf = db.prepare(`
      UPDATE projection_checkpoints SET failed_position = NULL, failed_event_type = NULL, failed_message = NULL
      WHERE id = ?`);
  }

  list(): readonly StoredVersion[] {
    return (this.selectAll.all() as Row[]).map(storedVersion);
  }

  add(version: Omit<StoredVersion, 'id' | 'mark' | 'failure'>): number {
    const { name, version: number, position, live, tables, definition } = version;
    const { lastInsertRowid } = this.db
      .prepare('INSERT INTO projection_checkpoints (name, version, position, live) VALUES (?, ?, ?, ?)')
      .run(name, number, position, live ? 1 : 0);
    this.db
      .prepare('INSERT INTO projection_definitions (id, tables, definition) VALUES (?, ?, ?)')
      .run(lastInsertRowid, JSON.stringify(tables), definition);
    return Number(lastInsertRowid);
  }

  remove(id: number): void {
    this.db.prepare('DELETE FROM projection_checkpoints WHERE id = ?').run(id);
  }

  /** One that has passed no event can't be told from another log's, and loses nothing by starting again. */
  restartUnmarked(): void {
    this.db.exec(`UPDATE projection_checkpoints SET position = ${BEFORE_ALL} WHERE event_stream IS NULL`);
  }

  makeLive(id: number): void {
    this.db.prepare('UPDATE projection_checkpoints SET live = 1 WHERE id = ?').run(id);
  }

  /**
   * Moves these checkpoints together, by compare-and-set: only from where the projections stand.
   * @throws {@link CheckpointMoved} when one of them is not at `from`
   */
  move(
    versions: readonly { readonly id: number }[],
    from: bigint,
    to: bigint,
    last: RecordedEvent | undefined,
  ): void {
    const { changes } = this.moving(versions).run(
      to,
      last?.stream ?? null,
      last?.revision ?? null,
      last?.id ?? null,
      last?.position ?? null,
      from,
    );
    if (Number(changes) !== versions.length) {
      throw new CheckpointMoved(
        `another process moves the read models: a checkpoint is no longer at ${from}`,
      );
    }
  }

  fail(id: number, { position, eventType, message }: Failure): void {
    this.recordFailure.run(position, eventType, message, id);
  }

  clearFailure(id: number): void {
    this.clearFailureOf.run(id);
  }

  /** One statement for a lane's checkpoints, prepared again only when the lane has changed. */
  private moving(versions: readonly { readonly id: number }[]): Statement {
    if (this.lastMoved?.versions === versions) return this.lastMoved.statement;
    const statement = this.statements.prepare(`
      UPDATE projection_checkpoints SET position = ?, event_stream = coalesce(?, event_stream),
        event_revision = coalesce(?, event_revision), event_id = coalesce(?, event_id),
        event_position = coalesce(?, event_position)
      WHERE position = ? AND id IN (${versions.map(({ id }) => id).join(', ')})`);
    this.lastMoved = { versions, statement };
    return statement;
  }
}

const storedVersion = (row: Row): StoredVersion => ({
  id: Number(row.id),
  name: row.name,
  version: Number(row.version),
  position: row.position,
  live: row.live === 1n,
  tables: JSON.parse(row.tables) as string[],
  definition: row.definition,
  ...(row.event_stream === null
    ? {}
    : {
        mark: {
          stream: row.event_stream,
          revision: row.event_revision,
          id: row.event_id,
          position: row.event_position,
        },
      }),
  ...(row.failed_position === null
    ? {}
    : {
        failure: {
          position: row.failed_position,
          eventType: row.failed_event_type,
          message: row.failed_message,
        },
      }),
});
