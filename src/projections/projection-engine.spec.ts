import { closeSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Engines, reach, statusOf, until } from '../../test/support/engines.js';
import { MemoryEventStore } from '../../test/support/memory-event-store.js';
import {
  appendRoles,
  groupRecorded,
  requestAnswered,
  rolesProjection,
  rolesReplaced,
  trailProjection,
} from '../../test/support/projections.js';
import { openDatabase } from '../event-store/sqlite/sqlite.js';

let store: MemoryEventStore;
let engines: Engines;

beforeEach(() => {
  store = new MemoryEventStore(10n);
  engines = new Engines(store);
});

afterEach(() => engines.close());

describe('following the log', () => {
  it('applies what is there and what comes, each event once', async () => {
    await appendRoles(store, 1_200, 7);
    const engine = await engines.upToDate(rolesProjection(), trailProjection());
    for (let n = 0; n < 3; n++) await reach(engine, await appendRoles(store, 1, 7, 1_200 + n));
    expect(engine.get('SELECT sum(changes) AS n, count(*) AS rows FROM deployment_roles')).toEqual({
      n: 1_203,
      rows: 7,
    });
    expect(engine.get('SELECT count(*) AS n FROM trail')).toEqual({ n: 1_203 });
  });

  it('keeps bookkeeping from handlers of any event, not from those of its own type', async () => {
    const types: string[] = [];
    const answers = {
      ...rolesProjection(),
      handlers: () => ({ RequestAnswered: ({ type }: { type: string }) => void types.push(type) }),
    };
    const engine = engines.start(trailProjection(), answers);
    await store.append('idempotency-1', [requestAnswered()], 'no-stream');
    const { position } = await store.append('group-g', [groupRecorded('g')], 'no-stream');
    await reach(engine, position);
    expect(engine.all('SELECT type FROM trail')).toEqual([{ type: 'GroupRecorded' }]);
    expect(types).toEqual(['RequestAnswered']);
  });

  it('calls the handler of any event before the one of its type', async () => {
    const calls: string[] = [];
    const both = {
      ...rolesProjection(),
      handlers: () => ({ RolesReplaced: () => calls.push('typed'), any: () => calls.push('any') }),
    };
    const engine = engines.start(both);
    await reach(engine, await appendRoles(store, 2));
    expect(calls).toEqual(['any', 'typed', 'any', 'typed']);
  });

  it('says how far each read model is', async () => {
    const head = await appendRoles(store, 3);
    const engine = engines.open(rolesProjection());
    expect(engine.status()).toEqual([
      { name: 'roles', version: 1, position: -1n, lag: 0n, state: 'catchingUp' },
    ]);
    expect(engine.trustworthy('roles')).toBe(false);
    await until(() => statusOf(engine, 'roles').lag === head + 1n);
    engine.start();
    await reach(engine, head);
    expect(engine.status()).toEqual([{ name: 'roles', version: 1, position: head, lag: 0n, state: 'live' }]);
    expect([engine.position, engine.positionOf('roles')]).toEqual([head, head]);
    expect(engine.trustworthy('roles')).toBe(true);
    expect(engine.eventsTaken).toBe(3);
  });

  it('goes on from its checkpoint after a restart', async () => {
    await appendRoles(store, 700);
    await (await engines.upToDate(rolesProjection())).stop();
    await appendRoles(store, 5, 5, 700);
    const engine = await engines.upToDate(rolesProjection());
    expect(engine.eventsTaken).toBe(5);
    expect(engine.get('SELECT sum(changes) AS n FROM deployment_roles')).toEqual({ n: 705 });
  });

  it('brings a new projection up to the others, which then share one subscription', async () => {
    await appendRoles(store, 1_700);
    await (await engines.upToDate(trailProjection())).stop();
    const engine = engines.start(trailProjection(), rolesProjection());
    await reach(engine, await appendRoles(store, 40, 5, 1_700));
    await until(() => store.openSubscriptions === 1);
    await reach(engine, await appendRoles(store, 1, 5, 1_740));
    expect(engine.get('SELECT sum(changes) AS n FROM deployment_roles')).toEqual({ n: 1_741 });
    expect(engine.get('SELECT count(*) AS n FROM trail')).toEqual({ n: 1_741 });
    expect(engine.status().map(({ state }) => state)).toEqual(['live', 'live']);
  });

  it('brings one that meets another on its way to exactly where that one stands', async () => {
    await appendRoles(store, 250);
    await (await engines.upToDate(trailProjection())).stop();
    await appendRoles(store, 750, 5, 250);
    // The first in the list goes first: its batch reaches beyond the place of the other.
    const engine = await engines.upToDate(rolesProjection(), trailProjection());
    expect(engine.eventsTaken).toBe(250 + 750);
    expect(engine.get('SELECT sum(changes) AS n FROM deployment_roles')).toEqual({ n: 1_000 });
    expect(engine.get('SELECT count(*) AS n FROM trail')).toEqual({ n: 1_000 });
    expect(store.openSubscriptions).toBe(1);
  });

  it('takes the next batch only when the last one is applied', async () => {
    await appendRoles(store, 1_100);
    let applying = 0;
    const handed: number[] = [];
    const engine = engines.start(rolesProjection({ onEvent: () => (applying += 1) }));
    const subscribe = store.subscribeToAll.bind(store);
    store.subscribeToAll = async function* (options) {
      for await (const batch of subscribe(options)) {
        handed.push(applying);
        yield batch;
      }
    };
    await reach(engine, await store.head());
    expect(handed).toEqual([0, 500, 1_000]);
  });
});

describe('the file', () => {
  const garbage = 'no database at all '.repeat(1_000);

  it('can be read by its owner alone', () => {
    engines.open(rolesProjection());
    expect(statSync(engines.path).mode & 0o777).toBe(0o600);
    expect(statSync(`${engines.path}-wal`).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['is not a database', (path: string) => writeFileSync(path, garbage)],
    [
      'was made by a newer build',
      (path: string) => {
        const db = openDatabase(path);
        db.exec('CREATE TABLE projection_checkpoints (something TEXT); PRAGMA user_version = 99');
        db.close();
      },
    ],
    [
      'belongs to something else',
      (path: string) => {
        const db = openDatabase(path);
        db.exec('CREATE TABLE trail (something TEXT)');
        db.close();
      },
    ],
  ])('is built anew when it %s', async (_, spoil) => {
    await appendRoles(store, 4);
    spoil(engines.path);
    const engine = await engines.upToDate(trailProjection());
    expect(engine.get('SELECT count(*) AS n FROM trail')).toEqual({ n: 4 });
    expect(engines.said).toEqual(['the read models are unusable and are built anew']);
  });

  it('stops everything when it turns out to be damaged, and is built anew at the next start', async () => {
    await appendRoles(store, 3_000);
    await (await engines.upToDate(trailProjection())).stop();
    damageAfter('trail_v1');
    const engine = engines.start(trailProjection());
    await store.append('group-g', [groupRecorded('g')], 'no-stream');
    await expect(reach(engine, await store.head())).rejects.toThrow(
      /projection trail has stopped: .*malformed/,
    );
    expect(statusOf(engine, 'trail')).toMatchObject({ state: 'failed', error: { eventType: null } });
    expect(engine.trustworthy('trail')).toBe(false);
    await engine.stop();
    const next = await engines.upToDate(trailProjection());
    expect(next.get('SELECT count(*) AS n FROM trail')).toEqual({ n: 3_001 });
  });

  it('is built anew at once when the damage shows at the start', async () => {
    await appendRoles(store, 5);
    await (await engines.upToDate(trailProjection())).stop();
    damageAfter('projection_checkpoints');
    const engine = await engines.upToDate(trailProjection());
    expect(engine.get('SELECT count(*) AS n FROM trail')).toEqual({ n: 5 });
    expect(engines.said).toEqual(['the read models are unusable and are built anew']);
  });

  /** Overwrites the table's first page and all that come after it. */
  const damageAfter = (table: string): void => {
    const db = openDatabase(engines.path, { readOnly: true });
    const row = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table) as {
      rootpage: number;
    };
    db.close();
    const kept = (row.rootpage - 1) * 4096;
    const handle = openSync(engines.path, 'r+');
    writeSync(handle, Buffer.alloc(statSync(engines.path).size - kept, 0xa5), 0, undefined, kept);
    closeSync(handle);
  };
});

describe('a log that was put back from a backup', () => {
  it.each([
    ['is shorter than what was read', 0],
    ['went on differently', 3],
  ])('is read anew from its beginning when it %s', async (_, more) => {
    await appendRoles(store, 6, 2);
    await (await engines.upToDate(rolesProjection())).stop();
    store.truncateTo(4);
    for (let n = 0; n < more; n++) {
      await store.append('deployment-other', [rolesReplaced('other', [])], 'any');
    }
    const engine = engines.start(rolesProjection());
    await until(() => engine.trustworthy('roles'));
    expect(engine.get('SELECT sum(changes) AS n FROM deployment_roles')).toEqual({ n: 4 + more });
    expect(engines.said).toContain(
      'the log is not the one the read models were filled from: they are built anew',
    );
  });
});

describe('queries', () => {
  it('take parameters, and more texts than are kept prepared', async () => {
    await appendRoles(store, 3, 3);
    const engine = await engines.upToDate(rolesProjection());
    for (let n = 0; n < 500; n++) {
      const sql = `SELECT ${n} AS n, roles FROM deployment_roles WHERE deployment_id = ?`;
      expect(engine.get(sql, 'd1')).toEqual({ n, roles: '["role-1"]' });
    }
    expect(engine.get('SELECT 1 FROM deployment_roles WHERE deployment_id = ?', 'd9')).toBeUndefined();
    expect(engine.all('SELECT deployment_id AS id FROM deployment_roles ORDER BY id')).toEqual([
      { id: 'd0' },
      { id: 'd1' },
      { id: 'd2' },
    ]);
  });
});

describe('a list of projections with a mistake in it', () => {
  const roles = rolesProjection();
  it.each([
    ['the same version twice', [roles, roles], /roles version 1 is listed twice/],
    [
      'two owners of one table',
      [roles, { ...trailProjection(), tables: ['deployment_roles'] }],
      /table deployment_roles belongs to projection roles and to trail/,
    ],
    ['a table named like a version', [{ ...roles, tables: ['roles_v2'] }], /roles_v2 can't be the name/],
    [
      'a table named like our own',
      [{ ...roles, tables: ['projection_x'] }],
      /projection_x can't be the name/,
    ],
    ['a table that is not made', [{ ...roles, schema: () => [] }], /does not make table deployment_roles/],
  ])('is refused: %s', (_, projections, message) => {
    expect(() => engines.open(...projections)).toThrow(message);
  });
});
