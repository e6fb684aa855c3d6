import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';

/** Older ones lose committed writes when a WAL is reset (fixed in SQLite 3.51.3). */
const OLDEST_SAFE = [3, 51, 3] as const;

/** More than a database can have. */
const ALL_PAGES = 2 ** 31 - 1;

const require = createRequire(import.meta.url);

// The package's types describe the API that both share; Node's own come only with its newer type definitions.
type SqliteModule = typeof import('@photostructure/sqlite');

const versionOf = ({ DatabaseSync }: SqliteModule): string => {
  const db = new DatabaseSync(':memory:');
  try {
    return String(db.prepare('SELECT sqlite_version() AS version').get()?.['version']);
  } finally {
    db.close();
  }
};

/** Whether this SQLite keeps what it has committed, whatever happens to the write-ahead log. */
export const isSafeVersion = (version: string): boolean => {
  const parts = version.split('.').map(Number);
  for (const [i, floor] of OLDEST_SAFE.entries()) {
    const part = parts[i] ?? 0;
    if (part !== floor) return part > floor;
  }
  return true;
};

/** Node's own SQLite where it is complete (22.16, 24.0) and safe, else the prebuilt package with the same API. */
const load = (): SqliteModule => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major >= 24 || (major === 22 && minor >= 16)) {
    const builtIn = require('node:sqlite') as SqliteModule;
    if (isSafeVersion(versionOf(builtIn))) return builtIn;
  }
  const prebuilt = require('@photostructure/sqlite') as unknown as SqliteModule;
  const version = versionOf(prebuilt);
  if (!isSafeVersion(version))
    throw new Error(`SQLite ${version} is not safe for this use, need ${OLDEST_SAFE.join('.')}`);
  return prebuilt;
};

const sqlite = load();

export type Database = DatabaseSyncInstance;
export type { StatementSyncInstance as Statement } from '@photostructure/sqlite';

/** Runs a statement that changes something, and tells nothing of it. */
export type Write = (...parameters: Parameters<StatementSyncInstance['get']>) => void;

/**
 * For statements of which nobody asks how many rows they changed: `run` makes an object each time to say so, and that takes
 * as long as a small statement itself.
 */
export const prepareWrite = (db: Database, sql: string): Write => {
  const statement = db.prepare(sql);
  return statement.get.bind(statement) as Write;
};

export const openDatabase = (path: string, options?: { readOnly?: boolean }): Database =>
  new sqlite.DatabaseSync(path, options ?? {});

/**
 * Copies a database as its last commit left it, page by page, into a file that is empty or not there. In one step: a copy in
 * several begins anew whenever another process has written in between.
 */
export const copyDatabase = async (from: Database, to: string): Promise<void> => {
  await sqlite.backup(from, to, { rate: ALL_PAGES });
};

export const sqliteVersion = (): string => versionOf(sqlite);

/**
 * For our eyes only from its first moment; SQLite gives the files beside it the same mode. A file that is there is not even
 * opened: closing it again would drop the locks that another connection of this process has on it.
 * @returns whether it was made
 */
export const createPrivateFile = (path: string): boolean => {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};
