import { copyFileSync, existsSync, linkSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dumpReadModels } from '../../test/support/dump.js';
import { Engines, reach } from '../../test/support/engines.js';
import { MemoryEventStore } from '../../test/support/memory-event-store.js';
import { appendRoles, rolesProjection, trailProjection } from '../../test/support/projections.js';
import type { Projection } from './projection.js';
import { rebuildReadModels, type RebuildProgress } from './rebuild.js';

let store: MemoryEventStore;
let engines: Engines;

beforeEach(() => {
  store = new MemoryEventStore();
  engines = new Engines(store);
});

afterEach(() => engines.close());

const both = [rolesProjection(), trailProjection()];

const rebuild = (projections: readonly Projection[] = both): Promise<RebuildProgress> =>
  rebuildReadModels({ path: engines.path, store, projections });

const leftovers = (): string[] => readdirSync(engines.folder).filter((name) => name.includes('.rebuild'));

describe('an offline rebuild', () => {
  it('gives the tables and indexes that following the log gave, row for row', async () => {
    const engine = engines.start(...both);
    for (let n = 0; n < 50; n++) await reach(engine, await appendRoles(store, 1 + (n % 7), 11, n));
    await engine.stop();
    const followed = dumpReadModels(engines.path);
    const before = statSync(engines.path).ino;

    const { events, done } = await rebuild();
    expect([events, done]).toEqual([Number(await store.head()) + 1, 1]);
    expect(statSync(engines.path).ino).not.toBe(before);
    expect(dumpReadModels(engines.path)).toBe(followed);
    expect(followed).toContain('index deployment_roles_v1_by_position');
    expect(statSync(engines.path).mode & 0o777).toBe(0o600);
    expect(leftovers()).toEqual([]);
  });

  it('is gone on from when the service starts', async () => {
    await appendRoles(store, 1_200);
    await rebuild();
    await appendRoles(store, 3, 5, 1_200);
    const engine = await engines.upToDate(...both);
    expect(engine.eventsTaken).toBe(3);
    expect(engine.get('SELECT sum(changes) AS n FROM deployment_roles')).toEqual({ n: 1_203 });
  });

  it('leaves the old file as it is until the new one is whole', async () => {
    await appendRoles(store, 30);
    await (await engines.upToDate(...both)).stop();
    const old = dumpReadModels(engines.path);
    await appendRoles(store, 10);
    const seen: string[] = [];
    await rebuild([trailProjection({ onEvent: () => seen.push(dumpReadModels(engines.path)) })]);
    expect(new Set(seen)).toEqual(new Set([old]));
    expect(seen).toHaveLength(40);
    expect(dumpReadModels(engines.path)).not.toBe(old);
  });

  it('changes nothing, and says why, when a projection can not apply an event', async () => {
    await appendRoles(store, 30);
    await (await engines.upToDate(...both)).stop();
    const old = dumpReadModels(engines.path);
    const broken = rolesProjection({
      onEvent: () => {
        throw new Error('wrong');
      },
    });
    await expect(rebuild([broken, trailProjection()])).rejects.toThrow(
      'projection roles has stopped at position 0 (RolesReplaced): wrong',
    );
    expect(dumpReadModels(engines.path)).toBe(old);
    expect(leftovers()).toEqual([]);
  });

  it('is not spoilt by the write-ahead log of a killed service, nor by a rebuild that was killed', async () => {
    await appendRoles(store, 30);
    const engine = await engines.upToDate(...both);
    const killed = join(engines.folder, 'killed.db');
    for (const suffix of ['', '-wal']) copyFileSync(engines.path + suffix, killed + suffix);
    expect(statSync(`${killed}-wal`).size).toBeGreaterThan(0);
    writeFileSync(`${killed}.rebuild`, 'half of a file');
    const expected = dumpReadModels(engines.path);
    await engine.stop();
    // Another name for the old file shows what it is like when the new one takes its place.
    const old = join(engines.folder, 'old.db');
    linkSync(killed, old);

    await rebuildReadModels({ path: killed, store, projections: both });
    expect(dumpReadModels(old)).toBe(expected);
    expect(existsSync(`${killed}-wal`)).toBe(false);
    expect(dumpReadModels(killed)).toBe(expected);
    expect(leftovers()).toEqual([]);
  });

  it.each(['no file', 'an unreadable file'])('replaces %s', async (old) => {
    await appendRoles(store, 3);
    if (old !== 'no file') writeFileSync(engines.path, 'garbage '.repeat(2_000));
    await rebuild();
    expect(dumpReadModels(engines.path)).toContain('trail_v1 {"position":"2"');
  });

  it('of an empty log makes empty tables', async () => {
    expect(await rebuild()).toMatchObject({ events: 0, done: 1 });
    expect(dumpReadModels(engines.path)).toContain('table trail_v1');
  });
});

describe('going on from any earlier state of the file', () => {
  it('leads to the same rows', async () => {
    const copies: string[] = [];
    for (const count of [1, 499, 2, 700, 30]) {
      await (await engines.upToDate(...both)).stop();
      const copy = join(engines.folder, `copy-${copies.length}`);
      copyFileSync(engines.path, copy);
      copies.push(copy);
      await appendRoles(store, count, 13, count);
    }
    await (await engines.upToDate(...both)).stop();
    const last = dumpReadModels(engines.path);
    for (const copy of copies) {
      expect(dumpReadModels(copy)).not.toBe(last);
      copyFileSync(copy, engines.path);
      await (await engines.upToDate(...both)).stop();
      expect(dumpReadModels(engines.path)).toBe(last);
    }
  });
});
