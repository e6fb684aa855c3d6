import { chmodSync, rmSync } from 'node:fs';
import {
  createPrivateFile,
  openDatabase,
  type Database,
  type Statement,
} from '../../event-store/sqlite/sqlite.js';

/** Of all subscribers together; the oldest go first. At most 1 KiB each. */
export const ANSWERS_KEPT = 20_000;

const SCHEMA = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 1000;
  CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY,
    subscriber TEXT NOT NULL,
    event_id TEXT NOT NULL,
    at TEXT NOT NULL,
    answer TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS answers_of ON answers (subscriber, event_id)`;

/** What a receiver said to one try to hand it an event. */
export interface ReceivedAnswer {
  readonly eventId: string;
  /** When it was tried. */
  readonly at: string;
  readonly answer: string;
}

/**
 * What receivers have answered, in a file of this process's own. Such text comes from outside, may hold anything, and must
 * not stand in a log that forgets nothing; nothing depends on it, and the file may be deleted.
 */
export class AnswerFile {
  private readonly insert: Statement;
  private readonly prune: Statement;
  private readonly select: Statement;
  private readonly remove: Statement;

  private constructor(private readonly db: Database) {
    this.insert = db.prepare('INSERT INTO answers (subscriber, event_id, at, answer) VALUES (?, ?, ?, ?)');
    this.prune = db.prepare('DELETE FROM answers WHERE id <= (SELECT max(id) FROM answers) - ?');
    this.select = db.prepare(
      `SELECT event_id, at, answer FROM answers
       WHERE subscriber = ? AND event_id IN (SELECT value FROM json_each(?))`,
    );
    this.remove = db.prepare('DELETE FROM answers WHERE subscriber = ?');
  }

  /** One that can't be used is made anew. */
  static open(path: string): AnswerFile {
    try {
      return AnswerFile.attach(path);
    } catch {
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
      return AnswerFile.attach(path);
    }
  }

  private static attach(path: string): AnswerFile {
    if (!createPrivateFile(path)) chmodSync(path, 0o600);
    const db = openDatabase(path);
    try {
      db.exec(SCHEMA);
      return new AnswerFile(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  keep(subscriber: string, answers: readonly ReceivedAnswer[]): void {
    if (answers.length === 0) return;
    this.db.exec('BEGIN IMMEDIATE');
    try {
      for (const { eventId, at, answer } of answers) this.insert.run(subscriber, eventId, at, answer);
      this.prune.run(ANSWERS_KEPT);
      this.db.exec('COMMIT');
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Those to these events. */
  of(subscriber: string, eventIds: readonly string[]): readonly ReceivedAnswer[] {
    const rows = this.select.all(subscriber, JSON.stringify(eventIds)) as unknown as {
      event_id: string;
      at: string;
      answer: string;
    }[];
    return rows.map(({ event_id, at, answer }) => ({ eventId: event_id, at, answer }));
  }

  forget(subscriber: string): void {
    this.remove.run(subscriber);
  }

  close(): void {
    if (this.db.isOpen) this.db.close();
  }
}
