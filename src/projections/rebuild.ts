import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { EventStore } from '../event-store/event-store.js';
import { openDatabase } from '../event-store/sqlite/sqlite.js';
import type { EngineLog } from './engine-log.js';
import type { Projection } from './projection.js';
import { ProjectionEngine } from './projection-engine.js';
import { removeDatabase } from './read-model-database.js';

export interface RebuildProgress {
  readonly events: number;
  readonly seconds: number;
  /** Of the log, from 0 to 1. */
  readonly done: number;
}

export interface RebuildOptions {
  /** Of the database file to be replaced; nobody has it open. */
  readonly path: string;
  readonly store: EventStore;
  readonly projections: readonly Projection[];
  readonly log?: EngineLog;
  /** Called once a second. */
  readonly onProgress?: (progress: RebuildProgress) => void;
}

/** The longest that a timer takes: 24 days. */
const NO_LIMIT = 2 ** 31 - 1;

/**
 * Builds all read models from the log into a file beside the old one, then puts it in its place in one step. Until then
 * the old file stays what it was, whatever happens.
 * @throws ProjectionFailed when a projection can't apply an event
 */
export const rebuildReadModels = async (options: RebuildOptions): Promise<RebuildProgress> => {
  const fresh = `${options.path}.rebuild`;
  removeDatabase(fresh);
  try {
    const result = await build(fresh, options);
    flush(fresh);
    putInPlace(fresh, options.path);
    return result;
  } catch (error) {
    removeDatabase(fresh);
    throw error;
  }
};

const build = async (
  path: string,
  { store, projections, log, onProgress }: RebuildOptions,
): Promise<RebuildProgress> => {
  const started = performance.now();
  const head = await store.head();
  const engine = ProjectionEngine.open({ path, store, projections, ...(log && { log }), offline: true });
  const progress = (): RebuildProgress => ({
    events: engine.eventsTaken,
    seconds: (performance.now() - started) / 1000,
    done: head <= 0n ? 1 : Math.max(0, Number(engine.position) / Number(head)),
  });
  const timer = setInterval(() => onProgress?.(progress()), 1000);
  try {
    engine.start();
    await engine.waitFor(head, { timeoutMs: NO_LIMIT });
    engine.createIndexes();
    return progress();
  } finally {
    clearInterval(timer);
    await engine.stop();
  }
};

const putInPlace = (fresh: string, path: string): void => {
  if (existsSync(path)) takeInWriteAheadLog(path);
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  renameSync(fresh, path);
  flush(dirname(path));
};

/**
 * A killed service leaves a write-ahead log beside its file. It belongs to that file alone, and must be gone before
 * another one takes the name; until then the old file must be whole.
 */
const takeInWriteAheadLog = (path: string): void => {
  const db = openDatabase(path);
  try {
    db.exec('PRAGMA journal_mode = DELETE');
  } catch {
    // An unreadable file has nothing worth taking in.
  } finally {
    db.close();
  }
};

const flush = (path: string): void => {
  const handle = openSync(path, 'r');
  fsyncSync(handle);
  closeSync(handle);
};
