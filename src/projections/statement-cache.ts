import type { Database, Statement } from '../event-store/sqlite/sqlite.js';

/** Prepared statements by their text; the one not used for longest goes first when it is full. */
export class StatementCache {
  private readonly statements = new Map<string, Statement>();

  constructor(
    private readonly db: Database,
    private readonly capacity: number,
  ) {}

  prepare(sql: string): Statement {
    const known = this.statements.get(sql);
    // A Map keeps the order of insertion: put back at the end, the first key is the oldest.
    if (known !== undefined) this.statements.delete(sql);
    const statement = known ?? this.db.prepare(sql);
    this.statements.set(sql, statement);
    if (this.statements.size > this.capacity) {
      const [oldest] = this.statements.keys();
      if (oldest !== undefined) this.statements.delete(oldest);
    }
    return statement;
  }
}
