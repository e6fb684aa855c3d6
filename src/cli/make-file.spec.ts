import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeFile } from './make-file.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'make-file-'));
  path = join(folder, 'backup');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a file that is made', () => {
  it('has its name when it is whole, and is for its owner alone', async () => {
    const result = await makeFile(path, async (partial) => {
      expect(readdirSync(folder)).toEqual(['backup.partial']);
      writeFileSync(partial, 'whole');
      return 5;
    });
    expect(result).toBe(5);
    expect(readdirSync(folder)).toEqual(['backup']);
    expect(readFileSync(path, 'utf8')).toBe('whole');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('does not replace one that is there, nor one that comes meanwhile', async () => {
    writeFileSync(path, 'old');
    await expect(makeFile(path, async () => undefined)).rejects.toThrow(
      'is there already, and is left as it is',
    );
    rmSync(path);
    const meanwhile = makeFile(path, async (partial) => {
      writeFileSync(partial, 'ours');
      writeFileSync(path, 'theirs');
    });
    await expect(meanwhile).rejects.toThrow('is there already');
    expect(readFileSync(path, 'utf8')).toBe('theirs');
    expect(readdirSync(folder)).toEqual(['backup']);
  });

  it('leaves nothing behind when it fails', async () => {
    await expect(makeFile(path, () => Promise.reject(new Error('the disk is full')))).rejects.toThrow(
      'the disk is full',
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('begins anew over what a killed run left', async () => {
    writeFileSync(`${path}.partial`, 'half of somethi');
    await makeFile(path, async (partial) => expect(readFileSync(partial, 'utf8')).toBe(''));
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it('is not mixed from two runs', async () => {
    let inner: Promise<void> | undefined;
    const outer = makeFile(path, async (partial) => {
      writeFileSync(partial, 'outer');
      inner = makeFile(path, async (same) => writeFileSync(same, 'inner'));
      await inner;
    });
    await expect(outer).rejects.toThrow(`another run writes to ${path}.partial`);
    expect(readFileSync(path, 'utf8')).toBe('inner');
  });
});
