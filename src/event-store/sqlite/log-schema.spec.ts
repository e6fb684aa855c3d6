import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertDurable, LOG_FORMAT, openLogForReading, openLogForWriting } from './log-schema.js';
import { openDatabase, type Database } from './sqlite.js';

const APPLICATION_ID = 1_131_629_671;

const pragma = (db: Database, name: string): unknown =>
  Object.values(db.prepare(`PRAGMA ${name}`).get() as object)[0];

const unusable = (message: string): object => expect.objectContaining({ name: 'UnusableLog', message });

describe('the log file', () => {
  let dir: string;
  let file: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'countersign-schema-'));
    file = join(dir, 'events.db');
  });
  afterEach(() => rm(dir, { recursive: true }));

  /** Makes a file by other means and gives back what it holds. */
  const make = (sql: string): Buffer => {
    const db = openDatabase(file);
    db.exec(sql);
    db.close();
    return readFileSync(file);
  };

  it('is written with a sync at every commit, and says whose it is and in what format', () => {
    const db = openLogForWriting(file);
    expect(pragma(db, 'synchronous')).toBe(2);
    expect(pragma(db, 'journal_mode')).toBe('wal');
    expect(pragma(db, 'application_id')).toBe(APPLICATION_ID);
    expect(pragma(db, 'user_version')).toBe(LOG_FORMAT);
    db.close();
  });

  it('opens again', () => {
    openLogForWriting(file).close();
    const db = openLogForWriting(file);
    expect(pragma(db, 'synchronous')).toBe(2);
    db.close();
  });

  it('takes an empty file for a new one', () => {
    writeFileSync(file, '');
    openLogForWriting(file).close();
  });

  it('goes on where a first start was cut off after the journal mode was set', () => {
    make('PRAGMA journal_mode = WAL');
    const db = openLogForWriting(file);
    expect(pragma(db, 'user_version')).toBe(LOG_FORMAT);
    db.close();
  });

  it('holds two events of one revision never', () => {
    const db = openLogForWriting(file);
    db.exec("INSERT INTO streams VALUES (1, 's')");
    const insert = (position: number, revision: number): void =>
      db.exec(
        `INSERT INTO events VALUES (${position}, 1, ${revision}, zeroblob(16), 'T', 0, x'7b7d', x'7b7d')`,
      );
    insert(1, 0);
    expect(() => insert(2, 0)).toThrow(/UNIQUE/);
    expect(() => insert(1, 1)).toThrow(/UNIQUE/);
    expect(() => db.exec("INSERT INTO streams VALUES (2, 's')")).toThrow(/UNIQUE/);
    db.close();
  });

  it('of a newer format is refused and left as it is', () => {
    const before = make(
      `CREATE TABLE events_v9 (n INTEGER); PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 9`,
    );
    expect(() => openLogForWriting(file)).toThrow(
      unusable(
        `${file} has format 9, this build reads and writes format 1: use the newer build that wrote it`,
      ),
    );
    expect(readFileSync(file)).toEqual(before);
  });

  it('of format 0 is refused', () => {
    make(`CREATE TABLE t (n INTEGER); PRAGMA application_id = ${APPLICATION_ID}`);
    expect(() => openLogForWriting(file)).toThrow(
      unusable(`${file} has format 0, this build reads and writes format 1`),
    );
  });

  it.each([
    ['another id', 'CREATE TABLE t (n INTEGER); PRAGMA application_id = 77; PRAGMA user_version = 3', 77, 3],
    ['no id', 'CREATE TABLE t (n INTEGER)', 0, 0],
  ])('of another application (%s) is refused and left as it is', (_, sql, id, format) => {
    const before = make(sql);
    expect(() => openLogForWriting(file)).toThrow(
      unusable(
        `${file} is a database of another application (application id ${id}, format ${format}); ` +
          `an event log has application id ${APPLICATION_ID}, format 1`,
      ),
    );
    expect(readFileSync(file)).toEqual(before);
  });

  it('that is no database is refused and left as it is', () => {
    writeFileSync(file, 'This is a note of somebody, not a database. '.repeat(50));
    const before = readFileSync(file);
    expect(() => openLogForWriting(file)).toThrow(
      unusable(`${file} is not an event log: file is not a database`),
    );
    expect(readFileSync(file)).toEqual(before);
  });

  it.each([
    ['synchronous = NORMAL', 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL', '1 and wal'],
    ['another journal', 'PRAGMA synchronous = FULL', '2 and delete'],
  ])('is not written with %s', (_, sql, found) => {
    const db = openDatabase(file);
    db.exec(sql);
    expect(() => assertDurable(db)).toThrow(
      unusable(`the event log needs synchronous = 2 (FULL) and journal_mode = wal, SQLite reports ${found}`),
    );
    db.close();
  });

  it('is not written through the connection that reads', () => {
    openLogForWriting(file).close();
    const db = openLogForReading(file);
    expect(() => db.exec("INSERT INTO streams VALUES (1, 's')")).toThrow(/readonly/);
    db.close();
  });
});
