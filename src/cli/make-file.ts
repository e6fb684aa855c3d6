import { existsSync } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a file that is either whole or not there: it gets its name only when all of it is on the disk. What a run that was
 * killed left behind (`<path>.partial`) is written anew. A file that is there is never touched.
 * @param fill writes into the empty file whose path it is given, readable by its owner alone
 */
export const makeFile = async <Result>(
  path: string,
  fill: (partial: string) => Promise<Result>,
): Promise<Result> => {
  refuseExisting(path);
  const partial = `${path}.partial`;
  await rm(partial, { force: true });
  const handle = await open(partial, 'wx', 0o600);
  try {
    const result = await fill(partial);
    await handle.sync();
    if (!(await isStill(partial, handle))) throw new Error(`another run writes to ${partial}`);
    refuseExisting(path);
    await rename(partial, path);
    await syncFolder(dirname(path));
    return result;
  } catch (error) {
    if (await isStill(partial, handle)) await rm(partial, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
};

const refuseExisting = (path: string): void => {
  if (existsSync(path)) throw new Error(`${path} is there already, and is left as it is`);
};

const isStill = async (path: string, handle: FileHandle): Promise<boolean> => {
  const [there, ours] = await Promise.all([stat(path).catch(() => undefined), handle.stat()]);
  return there?.ino === ours.ino && there.dev === ours.dev;
};

const syncFolder = async (dir: string): Promise<void> => {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
