import { prepareWrite, type Database, type Statement, type Write } from '../event-store/sqlite/sqlite.js';

/** A statement of a projection's handlers: what it changes, or the first row of what it finds. */
export interface HandlerStatement {
  readonly run: Write;
  readonly get: Statement['get'];
}

/** What a projection's handlers may do with the database: run statements, inside the batch's transaction. */
export interface HandlerDatabase {
  prepare(sql: string): HandlerStatement;
}

export const forHandlers = (db: Database): HandlerDatabase => ({
  prepare: (sql) => {
    const run = prepareWrite(db, sql);
    return { run, get: run as Statement['get'] };
  },
});
