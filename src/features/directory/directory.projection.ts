import type { EventType } from '../../domain/events.js';
import type { Projection, ProjectionHandlers } from '../../projections/projection.js';
import {
  credentialHandlers,
  credentialIndexes,
  credentialSchema,
  credentialTables,
} from './credentials.tables.js';
import { peopleHandlers, peopleIndexes, peopleSchema, peopleTables } from './people.tables.js';

/**
 * People, groups and their credentials: one read model, because who is calling is answered from all of it, and half of
 * it must not be trusted while the other half has stopped.
 */
export const directoryProjection: Projection = {
  name: 'directory',
  version: 2,
  tables: [...peopleTables, ...credentialTables, 'directory_head'],

  schema: (tables) => [
    ...peopleSchema(tables),
    ...credentialSchema(tables),
    // Where the last event stands that changed anything here: what was read before is good until it moves.
    `CREATE TABLE ${tables['directory_head']} (
      id INTEGER PRIMARY KEY CHECK (id = 1), position INTEGER NOT NULL
    ) STRICT`,
  ],

  indexes: (tables) => [...peopleIndexes(tables), ...credentialIndexes(tables)],

  handlers: (db, tables) => {
    const moveHead = db.prepare(
      `INSERT INTO ${tables['directory_head']} VALUES (1, ?)
       ON CONFLICT (id) DO UPDATE SET position = excluded.position`,
    );
    const handlers: ProjectionHandlers = { ...peopleHandlers(db, tables), ...credentialHandlers(db, tables) };
    const movesHead = new Set<EventType>(Object.keys(handlers) as EventType[]);
    return {
      ...handlers,
      any: ({ type, position }) => {
        if (movesHead.has(type)) moveHead.run(position);
      },
    };
  },
};
