import type { Projection } from '../../projections/projection.js';

/** One row per consumer that has stored a position and was not removed. */
export const consumersProjection: Projection = {
  name: 'consumers',
  version: 1,
  tables: ['consumers'],

  schema: ({ consumers }) => [
    `CREATE TABLE ${consumers} (
      name TEXT PRIMARY KEY,
      registered_at_position INTEGER NOT NULL,
      position INTEGER NOT NULL,
      updated_at TEXT NOT NULL,
      revision INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
  ],

  indexes: ({ consumers }) => [
    `CREATE UNIQUE INDEX ${consumers}_oldest ON ${consumers} (registered_at_position)`,
  ],

  handlers: (db, { consumers }) => {
    const store = db.prepare(
      `INSERT INTO ${consumers} VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
         position = excluded.position, updated_at = excluded.updated_at, revision = excluded.revision`,
    );
    const remove = db.prepare(`DELETE FROM ${consumers} WHERE name = ?`);
    return {
      ConsumerPositionStored: ({ data, metadata: { occurredAt }, revision, position }) => {
        store.run(data.name, position, BigInt(data.after), occurredAt, revision);
      },
      ConsumerRemoved: ({ data: { name } }) => {
        remove.run(name);
      },
    };
  },
};
