import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NewEvent } from '../../src/event-store/event-store.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { ProjectionEngine } from '../../src/projections/projection-engine.js';
import { projections } from '../../src/read-models.js';
import { dumpReadModels } from '../support/dump.js';

const COMMAND = fileURLToPath(new URL('../../src/cli/rebuild.js', import.meta.url));
const SAMPLES = fileURLToPath(new URL('../../../test/golden/', import.meta.url));

let dataDir: string;
let path: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'rebuild-'));
  path = join(dataDir, 'read-models.db');
});

afterEach(() => rmSync(dataDir, { recursive: true }));

const run = async (
  environment: Record<string, string> = {},
): Promise<{ code: unknown; out: string; err: string }> => {
  const child = spawn(process.execPath, [COMMAND], { env: { DATA_DIR: dataDir, ...environment } });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, out, err };
};

/** One event of every type and version there ever was, each in the stream it was made for, in the order of the samples. */
const fill = async (store: SqliteEventStore): Promise<number> => {
  const files = readdirSync(SAMPLES).filter((file) => file.endsWith('.json'));
  for (const file of files) {
    const { event } = JSON.parse(readFileSync(join(SAMPLES, file), 'utf8')) as {
      event: NewEvent & { stream: string };
    };
    const { id, type, data, metadata, stream } = event;
    await store.append(stream, [{ id, type, data, metadata }], 'any');
  }
  return files.length;
};

describe('npm run rebuild', () => {
  it('gives what the service built, and says how fast', async () => {
    const store = await SqliteEventStore.open({ dataDir });
    const engine = ProjectionEngine.open({ path, store, projections });
    engine.start();
    const events = await fill(store);
    await engine.waitFor(await store.head(), { timeoutMs: 20_000 });
    await engine.stop();
    await store.close();
    const served = dumpReadModels(path);
    const before = statSync(path).ino;

    const { code, out, err } = await run();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(new RegExp(`^Done: ${events} events in \\d+\\.\\d s, \\d+ events/s$`, 'm'));
    expect(statSync(path).ino).not.toBe(before);
    expect(dumpReadModels(path)).toBe(served);
  });

  it('does nothing while a service runs on the folder, and says which process that is', async () => {
    const store = await SqliteEventStore.open({ dataDir });
    const { code, out, err } = await run();
    await store.close();
    expect({ code, out, err }).toEqual({
      code: 1,
      out: '',
      err: `The read models were not rebuilt: data folder ${dataDir} is already in use by process ${process.pid}\n`,
    });
    expect(readdirSync(dataDir)).not.toContain('read-models.db');
  });

  it('refuses a wrong setting', async () => {
    const { code, err } = await run({ PORT: 'x' });
    expect(code).toBe(1);
    expect(err).toMatch(/^The read models were not rebuilt: .*PORT/s);
  });
});
