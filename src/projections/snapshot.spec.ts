import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dumpReadModels } from '../../test/support/dump.js';
import { Engines, until } from '../../test/support/engines.js';
import { MemoryEventStore } from '../../test/support/memory-event-store.js';
import { appendRoles, rolesProjection, trailProjection } from '../../test/support/projections.js';
import { exported, pieces } from '../../test/support/transfer.js';
import { LogImport } from '../event-store/transfer/log-import.js';
import { openDatabase } from '../event-store/sqlite/sqlite.js';
import type { ProjectionEngine } from './projection-engine.js';
import { rebuildReadModels } from './rebuild.js';
import { copyReadModels } from './snapshot.js';

const both = [rolesProjection(), trailProjection()];

let store: MemoryEventStore;
let first: Engines;
const others: Engines[] = [];

beforeEach(() => {
  store = new MemoryEventStore();
  first = new Engines(store);
});
afterEach(async () => {
  for (const engines of [first, ...others.splice(0)]) await engines.close();
});

/** A new replica with the copy in its folder. */
const replica = async (log = store): Promise<Engines> => {
  const engines = new Engines(log);
  others.push(engines);
  await copyReadModels(first.path, engines.path);
  return engines;
};

const rebuilt = async (log: MemoryEventStore): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'rebuilt-'));
  const path = join(folder, 'read-models.db');
  await rebuildReadModels({ path, store: log, projections: both });
  const dump = dumpReadModels(path);
  rmSync(folder, { recursive: true });
  return dump;
};

/** Stopped, so that all of it is in the file. */
const dumpOf = async (engine: ProjectionEngine, engines: Engines): Promise<string> => {
  await engine.stop();
  return dumpReadModels(engines.path);
};

describe('a copy of read models', () => {
  it('says where each of them stands, and is one file', async () => {
    await appendRoles(store, 30);
    await first.upToDate(...both);
    const folder = mkdtempSync(join(tmpdir(), 'copy-'));
    const path = join(folder, 'copy.db');
    expect(await copyReadModels(first.path, path)).toEqual([
      { name: 'roles', version: 1, position: 29n },
      { name: 'trail', version: 1, position: 29n },
    ]);
    expect(readdirSync(folder)).toEqual(['copy.db']);
    rmSync(folder, { recursive: true });
  });

  it('taken while events come in is gone on from, and ends as a rebuild', async () => {
    const engine = first.start(...both);
    let writing = true;
    const writer = (async () => {
      for (let n = 0; writing; n += 10) {
        await appendRoles(store, 10, 11, n);
        await setImmediate();
      }
    })();
    for (let taken = 0; taken < 3; taken++) {
      const before = engine.position;
      await until(() => engine.position > before + 500n);
      const engines = await replica();
      const [at] = new Set((await positions(engines)).map(({ position }) => position));
      const copy = await engines.upToDate(...both);
      const head = await store.head();
      await until(() => copy.position >= head);
      expect(copy.eventsTaken).toBeLessThanOrEqual(Number((await store.head()) - at!) * both.length);
      expect(at).toBeGreaterThan(500n);
      expect(engines.said).toEqual([]);
      await copy.stop();
    }
    writing = false;
    await writer;
    const engines = await replica();
    const copy = await engines.upToDate(...both);
    expect(await dumpOf(copy, engines)).toBe(await rebuilt(store));
  });

  const positions = (engines: Engines): Promise<readonly { position: bigint }[]> => {
    const db = openDatabase(engines.path);
    const rows = db.prepare('SELECT position FROM projection_checkpoints').all() as { position: number }[];
    db.close();
    return Promise.resolve(rows.map(({ position }) => ({ position: BigInt(position) })));
  };

  it('that is as far as the log is taken as it is', async () => {
    await appendRoles(store, 30);
    await first.upToDate(...both);
    const engines = await replica();
    const engine = await engines.upToDate(...both);
    await until(() => engine.trustworthy('roles', 'trail'));
    expect([engine.eventsTaken, engines.said]).toEqual([0, []]);
  });
});

const ANEW = 'the log is not the one the read models were filled from: they are built anew';

describe('a copy that belongs to another log', () => {
  const takesOver = async (log: MemoryEventStore): Promise<void> => {
    const engines = await replica(log);
    const engine = await engines.upToDate(...both);
    await until(() => engine.trustworthy('roles', 'trail'));
    expect(engines.said.at(-1)).toBe(ANEW);
    expect(await dumpOf(engine, engines)).toBe(await rebuilt(log));
  };

  it('is built anew', async () => {
    await appendRoles(store, 30);
    await first.upToDate(...both);
    const other = new MemoryEventStore();
    await appendRoles(other, 40);
    await takesOver(other);
  });

  it('is built anew when that log is shorter, or empty', async () => {
    await appendRoles(store, 30);
    await first.upToDate(...both);
    await takesOver(new MemoryEventStore());
    const shorter = new MemoryEventStore();
    await appendRoles(shorter, 3);
    await takesOver(shorter);
  });

  it.each([7n, 1n])(
    'is built anew when the same events stand at other positions (%i apart)',
    async (step) => {
      await first.close();
      store = new MemoryEventStore(8n - step);
      first = new Engines(store);
      await appendRoles(store, 30);
      await first.upToDate(...both);
      const moved = new MemoryEventStore(step);
      await new LogImport(moved).run(pieces(await exported(store)));
      await takesOver(moved);
    },
  );

  it('is built anew also where a version of it has no code here', async () => {
    await appendRoles(store, 30);
    await first.upToDate(rolesProjection(), trailProjection({ version: 5 }));
    const other = new MemoryEventStore();
    await appendRoles(other, 40);
    await takesOver(other);
  });

  it('starts at the beginning where it has passed no event yet', async () => {
    await first.upToDate(...both);
    const db = openDatabase(first.path);
    db.exec('UPDATE projection_checkpoints SET position = 5000');
    db.close();
    const other = new MemoryEventStore();
    await appendRoles(other, 40);
    const engines = await replica(other);
    const engine = await engines.upToDate(...both);
    expect(engines.said).toEqual([]);
    expect(await dumpOf(engine, engines)).toBe(await rebuilt(other));
  });
});

describe('what is no file of read models', () => {
  it.each<[string, (path: string) => void, RegExp]>([
    ['nothing', () => undefined, /^there are no read models in/],
    ['another file', (path) => writeFileSync(path, 'x'.repeat(5_000)), /not a database/],
    [
      'the database of another application',
      (path) => {
        const db = openDatabase(path);
        db.exec('CREATE TABLE t (x)');
        db.close();
      },
      /^it has format 0, this build uses \d+$/,
    ],
  ])('is not copied: %s', async (_, make, reason) => {
    make(first.path);
    const copying = copyReadModels(first.path, `${first.path}.copy`);
    await expect(copying).rejects.toMatchObject({ message: expect.stringMatching(reason) });
  });
});
