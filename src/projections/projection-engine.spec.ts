import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryEventStore } from '../../test/support/memory-event-store.js';
import {
  appendRoles,
  groupRecorded,
  requestAnswered,
  rolesProjection,
  trailProjection,
} from '../../test/support/projections.js';
import type { Projection } from './projection.js';
import { ProjectionEngine } from './projection-engine.js';

let folder: string;
let path: string;
let store: MemoryEventStore;
let engines: ProjectionEngine[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-'));
  path = join(folder, 'read-models.db');
  store = new MemoryEventStore();
  engines = [];
});

afterEach(async () => {
  for (const engine of engines) await engine.stop();
  rmSync(folder, { recursive: true });
});

const open = (projections: readonly Projection[]): ProjectionEngine => {
  const engine = ProjectionEngine.open({ path, store, projections });
  engines.push(engine);
  return engine;
};

const started = (projections: readonly Projection[]): ProjectionEngine => {
  const engine = open(projections);
  engine.start();
  return engine;
};

const reached = (engine: ProjectionEngine, position: bigint): Promise<void> =>
  engine.waitFor(position, { timeoutMs: 10_000 });

describe('following the log', () => {
  it('applies what is there and what comes, each event once', async () => {
    await appendRoles(store, 1_200, 7);
    const engine = started([rolesProjection(), trailProjection()]);
    await reached(engine, await appendRoles(store, 3, 7, 1_200));
    expect(engine.get('SELECT sum(changes) AS n, count(*) AS rows FROM deployment_roles')).toEqual({
      n: 1_203,
      rows: 7,
    });
    expect(engine.get('SELECT count(*) AS n FROM trail')).toEqual({ n: 1_203 });
    expect(engine.position).toBe(await store.head());
  });

  it('makes a file that only its owner can read', () => {
    open([rolesProjection()]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
  });

  it('keeps bookkeeping from handlers of any event', async () => {
    const engine = started([trailProjection()]);
    await store.append('idempotency-1', [requestAnswered()], 'no-stream');
    const { position } = await store.append('group-g', [groupRecorded('g')], 'no-stream');
    await reached(engine, position);
    expect(engine.all('SELECT type FROM trail')).toEqual([{ type: 'GroupRecorded' }]);
  });
});
