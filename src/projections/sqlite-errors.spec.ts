import { describe, expect, it } from '@jest/globals';
import { openDatabase } from '../event-store/sqlite/sqlite.js';
import { isCorruption, isEnvironmental } from './sqlite-errors.js';

const sqlError = (message: string, errcode?: number): Error =>
  Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', ...(errcode !== undefined && { errcode }) });

describe('an error of SQLite', () => {
  it.each([
    ['a damaged file', sqlError('x', 11), 'corruption'],
    ['a damaged index, by its extended code', sqlError('x', 779), 'corruption'],
    ['a file of another kind', sqlError('x', 26), 'corruption'],
    ['a damaged file, found while reading rows', sqlError('database disk image is malformed'), 'corruption'],
    ['a full disk', sqlError('x', 13), 'environment'],
    ['a failed fsync, by its extended code', sqlError('x', 1034), 'environment'],
    ['a lock', sqlError('database is locked'), 'environment'],
    ['a broken constraint', sqlError('x', 2067), 'neither'],
    ['a broken constraint that quotes', sqlError('database is locked', 2067), 'neither'],
    ['a mistake in a handler', new TypeError('database is locked'), 'neither'],
    ['no error at all', undefined, 'neither'],
  ])('%s', (_, error, kind) => {
    expect([isCorruption(error), isEnvironmental(error)]).toEqual([
      kind === 'corruption',
      kind === 'environment',
    ]);
  });

  it('is known for what it is when the driver itself throws it', () => {
    const db = openDatabase(':memory:');
    db.exec('CREATE TABLE t (a TEXT UNIQUE) STRICT; PRAGMA query_only = ON');
    let thrown: unknown;
    try {
      db.prepare("INSERT INTO t VALUES ('x')").run();
    } catch (error) {
      thrown = error;
    }
    db.close();
    expect(isEnvironmental(thrown)).toBe(true);
  });
});
