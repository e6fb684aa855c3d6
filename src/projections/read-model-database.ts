import { chmodSync, rmSync } from 'node:fs';
import {
  createPrivateFile,
  openDatabase,
  prepareWrite,
  type Database,
  type Statement,
  type Write,
} from '../event-store/sqlite/sqlite.js';
import { StatementCache } from './statement-cache.js';

/** Raise it when the engine's own tables change: files of any other format are built anew. */
const ENGINE_FORMAT = 3;

/** What moves with every batch stands apart from what does not, so that a batch rewrites one page of it. */
const ENGINE_TABLES = `
  CREATE TABLE IF NOT EXISTS projection_checkpoints (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    live INTEGER NOT NULL,
    position INTEGER NOT NULL,
    event_stream TEXT,
    event_revision INTEGER,
    event_id TEXT,
    event_position INTEGER,
    failed_position INTEGER,
    failed_event_type TEXT,
    failed_message TEXT,
    UNIQUE (name, version)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS projection_definitions (
    id INTEGER PRIMARY KEY REFERENCES projection_checkpoints ON DELETE CASCADE,
    tables TEXT NOT NULL,
    definition TEXT NOT NULL
  ) STRICT`;

/** The file is not one that this build made. */
export class UnusableDatabase extends Error {
  override readonly name = 'UnusableDatabase';
}

/**
 * NORMAL: a power cut may take the last commits, and the log gives them back; the file itself stays sound. Checkpoints
 * every 32 MiB instead of every 4: the same few index pages are written by every batch, and copied once for all of them.
 */
const SERVICE_PRAGMAS =
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8000';
/** Nobody misses a file that was not finished, so nothing is written twice or waited for. */
const OFFLINE_PRAGMAS = 'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF';

/** Removes the file with what SQLite keeps beside it. */
export const removeDatabase = (path: string): void => {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
};

/** The file of the read models: one connection, used by the engine and by queries alike. */
export class ReadModelDatabase {
  private readonly begin: Write;
  private readonly commit: Write;
  private readonly rollback: Write;
  private readonly savepoint: Write;
  private readonly release: Write;
  private readonly rollbackTo: Write;
  private readonly statements: StatementCache;

  private constructor(
    readonly db: Database,
    readonly path: string,
  ) {
    this.begin = prepareWrite(db, 'BEGIN IMMEDIATE');
    this.commit = prepareWrite(db, 'COMMIT');
    this.rollback = prepareWrite(db, 'ROLLBACK');
    this.savepoint = prepareWrite(db, 'SAVEPOINT one_projection');
    this.release = prepareWrite(db, 'RELEASE one_projection');
    this.rollbackTo = prepareWrite(db, 'ROLLBACK TO one_projection');
    this.statements = new StatementCache(db, 200);
  }

  /**
   * Opens the file or makes it.
   * @throws {@link UnusableDatabase}, or what SQLite says
   */
  static open(path: string, { offline }: { readonly offline: boolean }): ReadModelDatabase {
    if (!createPrivateFile(path)) chmodSync(path, 0o600);
    const db = openDatabase(path);
    try {
      prepareFile(db, offline);
      return new ReadModelDatabase(db, path);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** All of `work`'s writes or none. */
  transaction<Result>(work: () => Result): Result {
    this.begin();
    try {
      const result = work();
      this.commit();
      return result;
    } catch (error) {
      // Out of space and the like: SQLite has rolled back by itself.
      if (this.db.isTransaction) this.rollback();
      throw error;
    }
  }

  /** Inside a transaction: undoes what `work` wrote when it throws, and nothing else. */
  attempt(work: () => void): void {
    this.savepoint();
    try {
      work();
    } catch (error) {
      // Nothing to go back to when SQLite has ended the whole transaction: the caller must not go on.
      if (!this.db.isTransaction) throw new Error('the transaction was rolled back', { cause: error });
      this.rollbackTo();
      this.release();
      throw error;
    }
    this.release();
  }

  /** A prepared statement for a query, kept for the next time. */
  query(sql: string): Statement {
    return this.statements.prepare(sql);
  }

  close(): void {
    if (!this.db.isOpen) return;
    try {
      // SQLite itself does this only when the last prepared statement is gone, which is up to the garbage collector.
      this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Then the next start does it.
    }
    this.db.close();
  }
}

const formatOf = (db: Database): number => Number(db.prepare('PRAGMA user_version').get()?.['user_version']);

const unusable = (format: number): UnusableDatabase =>
  new UnusableDatabase(`it has format ${format}, this build uses ${ENGINE_FORMAT}`);

/** @throws {@link UnusableDatabase} when it does not hold the read models of such a build, or none yet */
export const requireReadModels = (db: Database): void => {
  const format = formatOf(db);
  if (format !== ENGINE_FORMAT) throw unusable(format);
};

const prepareFile = (db: Database, offline: boolean): void => {
  db.exec('PRAGMA busy_timeout = 1000; PRAGMA foreign_keys = ON');
  db.exec(offline ? OFFLINE_PRAGMAS : SERVICE_PRAGMAS);
  db.exec('PRAGMA cache_size = -8192');
  const format = formatOf(db);
  const objects = Number(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
  if (format !== ENGINE_FORMAT && !(format === 0 && objects === 0)) throw unusable(format);
  db.exec(`BEGIN IMMEDIATE; ${ENGINE_TABLES}; PRAGMA user_version = ${ENGINE_FORMAT}; COMMIT`);
};
