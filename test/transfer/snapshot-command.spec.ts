import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { ProjectionEngine } from '../../src/projections/projection-engine.js';
import { rebuildReadModels } from '../../src/projections/rebuild.js';
import { projections } from '../../src/read-models.js';
import { PLATFORM_PSK } from '../support/app.js';
import { runCommand } from '../support/command.js';
import { dumpReadModels } from '../support/dump.js';
import { startProcess, type ServiceProcess } from '../support/service-process.js';

const MODELS = 'read-models.db';

let folder: string;
let dataDir: string;
let service: ServiceProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
  dataDir = join(folder, 'first');
  service = await startProcess({ DATA_DIR: dataDir, PLATFORM_PSK });
});
afterAll(async () => {
  await service.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const snapshot = (path: string) => runCommand('snapshot', [path], { DATA_DIR: dataDir });

describe('npm run snapshot, beside a service that writes', () => {
  const copy = (): string => join(folder, 'copy.db');
  let positionOfCopy: bigint;

  it('copies its read models, and says where they stand', async () => {
    let writing = true;
    let written = 0;
    const write = async (client: number): Promise<void> => {
      for (let n = 0; writing; n++) {
        const { status } = await service.request('PUT', `/governance/v1/users/u-${client}-${n}`, {
          psk: PLATFORM_PSK,
          body: { username: `user-${client}-${n}`, realmRoles: ['nx1_engineer'] },
        });
        expect(status).toBe(201);
        written++;
      }
    };
    const writers = [0, 1, 2].map(write);
    while (written < 30) await pause(2);
    const { code, err, out } = await snapshot(copy());
    const before = written;
    while (written < before + 30) await pause(2);
    writing = false;
    await Promise.all(writers);

    expect([code, out]).toEqual([0, '']);
    for (const { name, version } of projections) {
      expect(err).toMatch(new RegExp(`^${name} version ${version} at position \\d+$`, 'm'));
    }
    positionOfCopy = BigInt(/at position (\d+)/.exec(err)![1]!);
    expect(positionOfCopy).toBeGreaterThanOrEqual(30n);
    expect(statSync(copy()).mode & 0o777).toBe(0o600);
    await service.kill();
  });

  it('lets another process go on from there, to what a rebuild gives', async () => {
    const replica = join(folder, 'second');
    mkdirSync(replica);
    const path = join(replica, MODELS);
    renameSync(copy(), path);
    const store = await SqliteEventStore.open({ dataDir });
    const head = await store.head();
    expect(head).toBeGreaterThan(positionOfCopy);
    const said: string[] = [];
    const say = (_: object, message: string): void => void said.push(message);
    const engine = ProjectionEngine.open({
      path,
      store,
      projections,
      log: { info: say, warn: say, error: say },
    });
    engine.start();
    await engine.waitFor(head, { timeoutMs: 20_000 });
    expect(engine.eventsTaken).toBe(Number(head - positionOfCopy));
    await engine.stop();

    const rebuilt = join(folder, 'rebuilt.db');
    await rebuildReadModels({ path: rebuilt, store, projections });
    await store.close();
    expect(dumpReadModels(path)).toBe(dumpReadModels(rebuilt));
    expect(said).toEqual([]);
  });

  it('says why it fails', async () => {
    const { code, err } = await runCommand('snapshot', [join(folder, 'x')], {
      DATA_DIR: join(folder, 'nothing'),
    });
    expect(code).toBe(1);
    expect(err).toMatch(/^No snapshot was taken: there are no read models in .*nothing/);
  });
});
