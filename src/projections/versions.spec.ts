import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Engines, reach, statusOf, until } from '../../test/support/engines.js';
import { MemoryEventStore } from '../../test/support/memory-event-store.js';
import { appendRoles, rolesProjection, trailProjection } from '../../test/support/projections.js';
import type { Projection } from './projection.js';
import type { ProjectionEngine } from './projection-engine.js';

let store: MemoryEventStore;
let engines: Engines;

beforeEach(() => {
  store = new MemoryEventStore();
  engines = new Engines(store);
});

afterEach(() => engines.close());

/** Version 2 writes `v2` in front of every type, so that it shows which version answers. */
const trailV2 = (onEvent?: (count: number) => void): Projection => {
  let count = 0;
  return {
    ...trailProjection({ version: 2 }),
    handlers: (db, { trail }) => {
      const insert = db.prepare(`INSERT INTO ${trail} VALUES (?, 'v2 ' || ?, ?)`);
      return {
        any: ({ type, position, stream }) => {
          count += 1;
          onEvent?.(count);
          insert.run(position, type, stream);
        },
      };
    },
  };
};

const rows = (engine: ProjectionEngine): unknown =>
  engine.get('SELECT count(*) AS n, max(type) AS type FROM trail');
const tables = (engine: ProjectionEngine): unknown =>
  engine
    .all<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'projection_%' ORDER BY name",
    )
    .map(({ name }) => name);
const stored = (engine: ProjectionEngine): unknown =>
  engine.all('SELECT name, version, live FROM projection_checkpoints ORDER BY name, version');

/** A database with version 1 of the trail over `count` events, and nobody on it. */
const withVersion1 = async (count: number): Promise<void> => {
  await appendRoles(store, count);
  await (await engines.upToDate(trailProjection())).stop();
};

describe('a new version of a projection', () => {
  it('is built beside the live one, which is fed meanwhile, and then takes its place', async () => {
    await withVersion1(2_000);
    const seen: unknown[] = [];
    let appended: Promise<bigint> | undefined;
    const engine = engines.open(
      trailProjection(),
      trailV2((count) => {
        if (count === 501) appended = appendRoles(store, 1);
        if (count % 400 === 0) seen.push([count, rows(engine), engine.trustworthy('trail')]);
      }),
    );
    expect(rows(engine)).toEqual({ n: 2_000, type: 'RolesReplaced' });
    expect(statusOf(engine, 'trail', 2)).toMatchObject({ state: 'rebuilding', position: -1n });
    engine.start();
    await until(() => statusOf(engine, 'trail', 2).state === 'live');
    expect(appended).toBeDefined();
    expect(seen).toEqual([
      [400, { n: 2_000, type: 'RolesReplaced' }, true],
      [800, { n: 2_000, type: 'RolesReplaced' }, true],
      [1_200, { n: 2_001, type: 'RolesReplaced' }, true],
      [1_600, { n: 2_001, type: 'RolesReplaced' }, true],
      [2_000, { n: 2_001, type: 'RolesReplaced' }, true],
    ]);
    expect(rows(engine)).toEqual({ n: 2_001, type: 'v2 RolesReplaced' });
    expect(engine.status()).toHaveLength(1);
    expect(tables(engine)).toEqual(['trail_v2']);
    expect(stored(engine)).toEqual([{ name: 'trail', version: 2, live: 1 }]);
    await reach(engine, await appendRoles(store, 1));
    expect(rows(engine)).toEqual({ n: 2_002, type: 'v2 RolesReplaced' });
    await until(() => store.openSubscriptions === 1);
  });

  it('answers without a gap while writers go on', async () => {
    await withVersion1(1_500);
    const engine = engines.start(trailProjection(), trailV2());
    let least = 1_500;
    let head = 0n;
    do {
      head = await appendRoles(store, 1);
      await reach(engine, head);
      await setImmediate();
      const { n } = rows(engine) as { n: number };
      expect(n).toBeGreaterThan(least);
      least = n;
    } while (statusOf(engine, 'trail', 2).state === 'rebuilding');
    await reach(engine, head);
    expect(rows(engine)).toEqual({ n: Number(head) + 1, type: 'v2 RolesReplaced' });
  });

  it('goes on from its own checkpoint after a stop midway', async () => {
    await withVersion1(2_000);
    let built = 0;
    const engine = engines.start(
      trailProjection(),
      trailV2((count) => (built = count)),
    );
    await until(() => built > 600);
    await engine.stop();
    expect(built).toBeLessThan(2_000);
    const next = engines.start(trailProjection(), trailV2());
    await until(() => statusOf(next, 'trail', 2).state === 'live');
    expect(next.eventsTaken).toBeLessThanOrEqual(2_000 - 500);
    expect(rows(next)).toEqual({ n: 2_000, type: 'v2 RolesReplaced' });
  });

  it('leaves the live one in its place when it can not be built', async () => {
    await withVersion1(20);
    const broken = trailV2((count) => {
      if (count === 10) throw new Error('wrong');
    });
    const engine = engines.start(trailProjection(), broken);
    await until(() => statusOf(engine, 'trail', 2).state === 'failed');
    await reach(engine, await appendRoles(store, 1), 'trail');
    expect(statusOf(engine, 'trail', 1).state).toBe('live');
    expect(engine.trustworthy('trail')).toBe(true);
    expect(rows(engine)).toEqual({ n: 21, type: 'RolesReplaced' });
  });

  it('takes the place of one that has stopped', async () => {
    await appendRoles(store, 20);
    const broken = trailProjection({
      onEvent: () => {
        throw new Error('wrong');
      },
    });
    const first = engines.start(broken);
    await until(() => statusOf(first, 'trail').state === 'failed');
    await first.stop();
    const engine = engines.start(broken, trailV2());
    await until(() => engine.trustworthy('trail'));
    expect(rows(engine)).toEqual({ n: 20, type: 'v2 RolesReplaced' });
    expect(engine.status()).toMatchObject([{ version: 2, state: 'live' }]);
  });

  it('is built at once, without the older ones, where there is nothing yet', async () => {
    await appendRoles(store, 5);
    const engine = await engines.upToDate(trailProjection(), trailV2());
    expect(engine.status()).toMatchObject([{ version: 2, state: 'live' }]);
    expect(tables(engine)).toEqual(['trail_v2']);
  });
});

describe('a version without code', () => {
  it('still answers, but is not to be trusted, until the new one has caught up', async () => {
    await withVersion1(1_200);
    const head = await appendRoles(store, 1);
    const engine = engines.open(trailV2());
    expect(rows(engine)).toEqual({ n: 1_200, type: 'RolesReplaced' });
    expect(engine.trustworthy('trail')).toBe(false);
    expect(engine.status()).toMatchObject([{ version: 2, state: 'rebuilding' }]);
    const waiting = reach(engine, head);
    engine.start();
    await waiting;
    expect(rows(engine)).toEqual({ n: 1_201, type: 'v2 RolesReplaced' });
    expect(engine.trustworthy('trail')).toBe(true);
  });

  it('newer than the code is replaced in the same way after going back to an older build', async () => {
    await appendRoles(store, 30);
    await (await engines.upToDate(trailV2())).stop();
    const engine = engines.open(trailProjection());
    expect(rows(engine)).toEqual({ n: 30, type: 'v2 RolesReplaced' });
    expect(engine.trustworthy('trail')).toBe(false);
    engine.start();
    await until(() => engine.trustworthy('trail'));
    expect(rows(engine)).toEqual({ n: 30, type: 'RolesReplaced' });
  });

  it('that was never finished is dropped when a still newer one is to be built', async () => {
    await withVersion1(1_200);
    const stopped = engines.start(trailProjection(), trailV2());
    await until(() => statusOf(stopped, 'trail', 2).position > 0n);
    await stopped.stop();
    const engine = engines.open(trailProjection(), trailProjection({ version: 3 }));
    expect(tables(engine)).toEqual(['trail_v1', 'trail_v3']);
  });
});

describe('changes to the list of projections', () => {
  it('drop the tables of one that is gone', async () => {
    await appendRoles(store, 3);
    await (await engines.upToDate(trailProjection(), rolesProjection())).stop();
    const engine = engines.open(rolesProjection());
    expect(engine.all("SELECT name FROM sqlite_schema WHERE name LIKE 'trail%'")).toEqual([]);
    expect(stored(engine)).toEqual([{ name: 'roles', version: 1, live: 1 }]);
  });

  it('build a projection anew whose tables changed without a new version', async () => {
    await withVersion1(3);
    const changed: Projection = { ...trailProjection(), indexes: () => [] };
    const engine = await engines.upToDate(changed);
    expect(engines.said).toEqual(['its tables changed without a new version: built anew']);
    expect(rows(engine)).toEqual({ n: 3, type: 'RolesReplaced' });
    expect(engine.all("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")).toEqual([]);
  });
});
