import { openDatabase, type Database } from '../../src/event-store/sqlite/sqlite.js';

const dumpOpen = (db: Database): string => {
  const schema = db
    .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name")
    .all() as { type: string; name: string; sql: string }[];
  const lines = schema.map(({ type, name, sql }) => `${type} ${name}: ${sql}`);
  for (const { type, name } of schema) {
    if (type !== 'table' || name.startsWith('projection_')) continue;
    const statement = db.prepare(`SELECT * FROM ${name}`);
    statement.setReadBigInts(true);
    const rows = (statement.all() as Record<string, unknown>[]).map((row) =>
      JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
    );
    lines.push(...rows.sort().map((row) => `${name} ${row}`));
  }
  return lines.join('\n');
};

/** Schema and rows of the read models as text, without the engine's own checkpoints: equal when they would answer alike. */
export const dumpReadModels = (path: string): string => {
  const db = openDatabase(path, { readOnly: true });
  try {
    return dumpOpen(db);
  } finally {
    db.close();
  }
};
