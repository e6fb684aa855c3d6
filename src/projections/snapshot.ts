import { existsSync } from 'node:fs';
import { copyDatabase, openDatabase } from '../event-store/sqlite/sqlite.js';
import { Checkpoints } from './checkpoints.js';
import { requireReadModels } from './read-model-database.js';

/** Where the live read models of a copy stand. */
export interface SnapshotSummary {
  readonly name: string;
  readonly version: number;
  readonly position: bigint;
}

/**
 * Copies the read models of a running service, as one of its commits left them: tables and checkpoints belong together. The
 * service goes on writing meanwhile. Whoever starts from the copy checks it against its own log first.
 * @param from the file of the read models
 * @param to a file that is empty
 * @throws Error when there are none, UnusableDatabase when another build made them
 */
export const copyReadModels = async (from: string, to: string): Promise<readonly SnapshotSummary[]> => {
  if (!existsSync(from)) throw new Error(`there are no read models in ${from}`);
  const source = openDatabase(from, { readOnly: true });
  try {
    requireReadModels(source);
    await copyDatabase(source, to);
  } finally {
    source.close();
  }
  const copy = openDatabase(to);
  try {
    // One file, without a write-ahead log beside it that would have to go along.
    copy.exec('PRAGMA journal_mode = DELETE');
    const live = new Checkpoints(copy).list().filter((stored) => stored.live);
    return live.map(({ name, version, position }) => ({ name, version, position }));
  } finally {
    copy.close();
  }
};
