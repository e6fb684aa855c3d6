import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSafeVersion, openDatabase, sqliteVersion } from './sqlite.js';

describe('isSafeVersion', () => {
  it.each([
    ['3.51.3', true],
    ['3.51.4', true],
    ['3.52.0', true],
    ['3.100.0', true],
    ['4.0.0', true],
    ['3.51.2', false],
    ['3.51', false],
    ['3.50.9', false],
    ['3.9.30', false],
    ['2.99.99', false],
    ['', false],
    ['nonsense', false],
  ])('%s: %p', (version, safe) => {
    expect(isSafeVersion(version)).toBe(safe);
  });
});

describe('the SQLite that was loaded', () => {
  it('is safe', () => {
    expect(isSafeVersion(sqliteVersion())).toBe(true);
  });

  it('opens a file for reading only on demand', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'countersign-sqlite-'));
    const file = join(dir, 'some.db');
    const writable = openDatabase(file);
    writable.exec('CREATE TABLE t (n INTEGER) STRICT; INSERT INTO t VALUES (42)');
    const readable = openDatabase(file, { readOnly: true });
    expect(readable.prepare('SELECT n FROM t').get()).toMatchObject({ n: 42 });
    expect(() => readable.exec('DELETE FROM t')).toThrow(/readonly/);
    readable.close();
    writable.close();
    await rm(dir, { recursive: true });
  });
});
