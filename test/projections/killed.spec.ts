import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { rebuildReadModels } from '../../src/projections/rebuild.js';
import { dumpReadModels } from '../support/dump.js';
import type { FeederMessage } from '../support/feeder-process.js';
import { rolesProjection, rolesReplaced, trailProjection } from '../support/projections.js';

const FEEDER = fileURLToPath(new URL('../support/feeder-process.js', import.meta.url));
const EVENTS = 6_000;

let dataDir: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'killed-'));
  const store = await SqliteEventStore.open({ dataDir });
  for (let n = 0; n < EVENTS; n += 100) {
    const events = Array.from({ length: 100 }, (_, i) => rolesReplaced(`d${n / 100}`, [`role-${i}`]));
    await store.append(`deployment-d${n / 100}`, events, 'no-stream');
  }
  await store.close();
});

afterAll(() => rmSync(dataDir, { recursive: true }));

/** Runs until it is live, or is killed after it got further `steps` times. Whether it was killed. */
const feed = async (versions: string, steps: number): Promise<boolean> => {
  const child = fork(FEEDER, [dataDir, versions], { execArgv: [] });
  let left = steps;
  child.on('message', ({ live }: FeederMessage) => {
    left -= 1;
    if (left === 0 && !live) child.kill('SIGKILL');
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (signal === null && code !== 0) throw new Error(`the feeder ended with status ${code}`);
  return signal === 'SIGKILL';
};

const rebuilt = async (version: number): Promise<string> => {
  const store = await SqliteEventStore.open({ dataDir });
  const path = join(dataDir, 'fresh.db');
  await rebuildReadModels({ path, store, projections: [rolesProjection(), trailProjection({ version })] });
  await store.close();
  return dumpReadModels(path);
};

describe('read models of a process that is killed again and again', () => {
  it.each([
    ['while they are filled', '1', 1],
    ['while a new version is built beside the live one', '1,2', 2],
    ['while a new version is built and the old one has no code any more', '3', 3],
  ])(
    '%s hold every event once in the end',
    async (_, versions, newest) => {
      let kills = 0;
      for (let steps = 1; await feed(versions, steps); steps = (steps % 4) + 1) kills += 1;
      expect(kills).toBeGreaterThanOrEqual(3);
      expect(dumpReadModels(join(dataDir, 'read-models.db'))).toBe(await rebuilt(newest));
    },
    120_000,
  );
});
