import { Logger } from '@nestjs/common';
import {
  createPrivateFile,
  openDatabase,
  type Database,
  type Statement,
} from '../../event-store/sqlite/sqlite.js';

const FLUSH_MS = 60_000;

/**
 * When each user key was last used: of use to people, no fact of the log, and far too frequent for one. Kept in memory
 * and written once a minute; a crash loses the last minute.
 */
export class PskUsage {
  private readonly logger = new Logger(PskUsage.name);
  private readonly pending = new Map<string, number>();
  private readonly db: Database;
  private readonly upsert: Statement;
  private readonly select: Statement;
  private timer: NodeJS.Timeout | undefined;

  constructor(path: string) {
    createPrivateFile(path);
    this.db = openDatabase(path);
    this.db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS psk_usage (psk_id TEXT PRIMARY KEY, last_used_ms INTEGER NOT NULL) STRICT`);
    this.upsert = this.db.prepare(
      `INSERT INTO psk_usage VALUES (?, ?) ON CONFLICT (psk_id) DO UPDATE SET
         last_used_ms = max(last_used_ms, excluded.last_used_ms)`,
    );
    this.select = this.db.prepare('SELECT last_used_ms AS ms FROM psk_usage WHERE psk_id = ?');
  }

  start(): void {
    this.timer = setInterval(() => this.flush(), FLUSH_MS).unref();
  }

  /** @param now milliseconds */
  touch(pskId: string, now: number): void {
    this.pending.set(pskId, now);
  }

  /** RFC 3339, UTC; `null`: never seen in use here. */
  lastUsedAt(pskId: string): string | null {
    const ms = this.pending.get(pskId) ?? this.select.get(pskId)?.['ms'];
    return typeof ms === 'number' ? new Date(ms).toISOString() : null;
  }

  /** What can't be written (a full disk) stays for the next time: nobody is turned away for it. */
  flush(): void {
    if (this.pending.size === 0) return;
    try {
      this.db.exec('BEGIN');
      for (const [pskId, ms] of this.pending) this.upsert.run(pskId, ms);
      this.db.exec('COMMIT');
      this.pending.clear();
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      this.logger.warn(`last use of keys could not be written: ${String(error)}`);
    }
  }

  /** Writes what is pending, then closes. */
  stop(): void {
    clearInterval(this.timer);
    this.flush();
    this.db.close();
  }
}
