import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Engines, reach } from '../../../test/support/engines.js';
import { appendHistory, historyEvent } from '../../../test/support/history.js';
import type { Projection } from '../../projections/projection.js';
import { AuditSearch } from './audit-search.js';
import { auditProjection } from './audit.projection.js';

/** As a build left it that had SQLite's indexes on the history. */
const earlierProjection: Projection = {
  name: 'audit',
  version: 1,
  tables: ['audit'],
  schema: ({ audit }) => [
    `CREATE TABLE ${audit} (
      position INTEGER PRIMARY KEY, actor_id TEXT NOT NULL, latest INTEGER NOT NULL, event TEXT NOT NULL
    ) STRICT`,
  ],
  indexes: ({ audit }) => [`CREATE INDEX ${audit}_actor_id ON ${audit} (actor_id)`],
  handlers: (db, { audit }) => {
    const insert = db.prepare(`INSERT INTO ${audit} VALUES (?, ?, 0, '')`);
    return { any: ({ position, metadata }) => insert.run(position, metadata.actor.id) };
  },
};

describe('the history after an update from a build whose history had other tables', () => {
  let engines: Engines;

  beforeEach(() => {
    engines = new Engines();
  });

  afterEach(() => engines.close());

  it('is not ready until it is built anew, and can be asked meanwhile', async () => {
    await appendHistory(
      engines.store,
      Array.from({ length: 3 }, (_, index) => historyEvent(`group-${index}`, 'GroupRecorded')),
    );
    const head = await engines.store.head();
    await (await engines.upToDate(earlierProjection)).stop();

    const engine = engines.open(auditProjection);
    const found = (): readonly number[] =>
      new AuditSearch(engine, { actor: 'alice', since: 0 }, 'desc', Number(head))
        .slice(null, 10)
        .rows.map(({ position }) => position);
    expect(found()).toEqual([]);
    expect(engine.status()).toMatchObject([{ state: 'catchingUp', position: -1n }]);
    expect(engine.trustworthy(auditProjection.name)).toBe(false);
    engine.start();
    await reach(engine, head);
    expect(found()).toEqual([2, 1, 0]);
    expect(engine.all("SELECT name FROM sqlite_schema WHERE name = 'audit_v1_actor_id'")).toEqual([]);
  });
});
