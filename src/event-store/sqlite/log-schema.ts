import { openDatabase, type Database } from './sqlite.js';

/** In the file's header: "CsLg". Tells our log from any other SQLite file. */
const APPLICATION_ID = 0x43_73_4c_67;

/** In the data folder. */
export const LOG_FILE = 'events.db';

/** Raised when an older build could no longer read the file. */
export const LOG_FORMAT = 1;

/** How long a connection waits while a foreign tool (a backup, a shell) holds a lock of the file. */
const BUSY_TIMEOUT_MS = 5_000;

const FULL = 2;

// `recorded_at` (ms since 1970, UTC, the writer's clock) is for forensics: no reader decides on it.
const SCHEMA = `
CREATE TABLE streams (
  stream_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  stream_id INTEGER NOT NULL REFERENCES streams,
  revision INTEGER NOT NULL,
  event_id BLOB NOT NULL CHECK (length(event_id) = 16),
  type TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  data BLOB NOT NULL,
  metadata BLOB NOT NULL,
  UNIQUE (stream_id, revision)
) STRICT;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${LOG_FORMAT};
`;

/** The file is not a log that this build may touch; it was left as it is. */
export class UnusableLog extends Error {
  override readonly name = 'UnusableLog';
}

/** The writer's connection: makes the tables in a new file, refuses what is not ours, and makes commits durable. */
export const openLogForWriting = (file: string): Database => {
  const db = openDatabase(file);
  try {
    const fresh = checkFormat(db, file);
    db.exec(
      `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;`,
    );
    assertDurable(db);
    if (fresh) db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

export const openLogForReading = (file: string): Database => {
  const db = openDatabase(file, { readOnly: true });
  db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  return db;
};

/** Looks at a file before it is only read. @throws {@link UnusableLog} when it is not a log, or has nothing in it yet */
export const requireLog = (file: string): void => {
  const db = openLogForReading(file);
  try {
    if (checkFormat(db, file)) throw new UnusableLog(`${file} is not an event log yet: it is empty`);
  } finally {
    db.close();
  }
};

/**
 * Every commit must reach the disk before it is acknowledged: drivers and builds differ in their default, and a default
 * of NORMAL would lose acknowledged events in a power cut without any other sign.
 */
export const assertDurable = (db: Database): void => {
  const synchronous = pragma(db, 'synchronous');
  const journal = pragma(db, 'journal_mode');
  if (synchronous !== FULL || journal !== 'wal') {
    throw new UnusableLog(
      `the event log needs synchronous = ${FULL} (FULL) and journal_mode = wal, SQLite reports ` +
        `${String(synchronous)} and ${String(journal)}`,
    );
  }
};

/** True when the file is new and empty. */
const checkFormat = (db: Database, file: string): boolean => {
  const { application, format, tables } = readHeader(db, file);
  if (application === 0 && format === 0 && tables === 0) return true;
  if (application !== APPLICATION_ID) {
    throw new UnusableLog(
      `${file} is a database of another application (application id ${application}, format ${format}); ` +
        `an event log has application id ${APPLICATION_ID}, format ${LOG_FORMAT}`,
    );
  }
  if (format !== LOG_FORMAT) {
    throw new UnusableLog(
      `${file} has format ${format}, this build reads and writes format ${LOG_FORMAT}` +
        (format > LOG_FORMAT ? ': use the newer build that wrote it' : ''),
    );
  }
  return false;
};

const readHeader = (db: Database, file: string): { application: number; format: number; tables: number } => {
  try {
    return {
      application: Number(pragma(db, 'application_id')),
      format: Number(pragma(db, 'user_version')),
      tables: Number(Object.values(db.prepare('SELECT count(*) FROM sqlite_schema').get() as object)[0]),
    };
  } catch (error) {
    throw new UnusableLog(`${file} is not an event log: ${(error as Error).message}`);
  }
};

const pragma = (db: Database, name: string): unknown =>
  Object.values(db.prepare(`PRAGMA ${name}`).get() as object)[0];
