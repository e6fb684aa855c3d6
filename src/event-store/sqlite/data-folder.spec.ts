import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataFolder } from './data-folder.js';

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('DataFolder', () => {
  let parent: string;
  let dir: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'countersign-folder-'));
    dir = join(parent, 'deep', 'data');
  });
  afterEach(() => rm(parent, { recursive: true }));

  it('makes the folder and its files for our eyes only', () => {
    const folder = DataFolder.claim(dir);
    const file = folder.file('some.db');
    expect(modeOf(dir)).toBe('700');
    expect(['lock.db', 'lock.pid', 'some.db'].map((name) => modeOf(join(dir, name)))).toEqual([
      '600',
      '600',
      '600',
    ]);
    expect(file).toBe(join(dir, 'some.db'));
    folder.release();
  });

  it('leaves a file that is there as it is', () => {
    const folder = DataFolder.claim(dir);
    writeFileSync(join(dir, 'some.db'), 'content', { mode: 0o640 });
    folder.file('some.db');
    expect(statSync(join(dir, 'some.db')).size).toBe(7);
    expect(modeOf(join(dir, 'some.db'))).toBe('640');
    folder.release();
  });

  it('is claimed once inside one process too, as often as one tries', () => {
    const folder = DataFolder.claim(dir);
    for (let i = 0; i < 3; i++) {
      expect(() => DataFolder.claim(dir)).toThrow(
        expect.objectContaining({
          name: 'DataFolderInUse',
          message: `data folder ${dir} is already in use by process ${process.pid}`,
        }),
      );
    }
    folder.release();
  });

  it('is free again after release', () => {
    DataFolder.claim(dir).release();
    expect(existsSync(join(dir, 'lock.pid'))).toBe(false);
    DataFolder.claim(dir).release();
  });

  it('names no process when none is known', async () => {
    const folder = DataFolder.claim(dir);
    await rm(join(dir, 'lock.pid'));
    expect(() => DataFolder.claim(dir)).toThrow(`data folder ${dir} is already in use by another process`);
    folder.release();
  });

  it('passes on why it could not be made', () => {
    writeFileSync(join(parent, 'deep'), '');
    expect(() => DataFolder.claim(dir)).toThrow(/ENOTDIR|EEXIST/);
  });
});
