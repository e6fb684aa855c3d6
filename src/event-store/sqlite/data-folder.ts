import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPrivateFile, openDatabase, type Database } from './sqlite.js';

const LOCK_FILE = 'lock.db';
const OWNER_FILE = 'lock.pid';

/** SQLite's code for "somebody else holds the lock". */
const SQLITE_BUSY = 5;

export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
}

/**
 * The data folder, claimed by one process at a time. The claim is an exclusive lock on an empty database of its own, held
 * by SQLite until {@link release}: the system lets go of it however the process ends, and it holds inside one process too.
 * (Opening and closing one of these files by other means than SQLite inside this process would drop its locks.)
 */
export class DataFolder {
  private constructor(
    private readonly dir: string,
    private readonly lock: Database,
  ) {}

  /** Makes the folder if need be. @throws {@link DataFolderInUse} */
  static claim(dir: string): DataFolder {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    createPrivateFile(join(dir, LOCK_FILE));
    const lock = openDatabase(join(dir, LOCK_FILE));
    try {
      lock.exec('BEGIN EXCLUSIVE');
      writeFileSync(join(dir, OWNER_FILE), `${process.pid}\n`, { mode: 0o600 });
    } catch (error) {
      lock.close();
      if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
      throw new DataFolderInUse(`data folder ${dir} is already in use by ${ownerOf(dir)}`);
    }
    return new DataFolder(dir, lock);
  }

  /** Path of a file in the folder; made if need be, for our eyes only. */
  file(name: string): string {
    const path = join(this.dir, name);
    if (createPrivateFile(path)) syncFolder(this.dir);
    return path;
  }

  release(): void {
    rmSync(join(this.dir, OWNER_FILE), { force: true });
    this.lock.close();
  }
}

const ownerOf = (dir: string): string => {
  try {
    const pid = readFileSync(join(dir, OWNER_FILE), 'utf8').trim();
    return pid === '' ? 'another process' : `process ${pid}`;
  } catch {
    return 'another process';
  }
};

/** A new file survives a power cut only when its folder's entry is on the disk too. */
const syncFolder = (dir: string): void => {
  if (process.platform === 'win32') return;
  const handle = openSync(dir, 'r');
  fsyncSync(handle);
  closeSync(handle);
};
