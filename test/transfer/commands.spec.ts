import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { PLATFORM_PSK } from '../support/app.js';
import { endOf, runCommand, startCommand, type Outcome } from '../support/command.js';
import { appendRoles } from '../support/projections.js';
import { startProcess } from '../support/service-process.js';
import { digestOfLines, fillLog, readLog, withoutPositions } from '../support/transfer.js';

const folder = mkdtempSync(join(tmpdir(), 'transfer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);
const exportLog = (dataDir: string, ...args: string[]): Promise<Outcome> =>
  runCommand('export-log', args, { DATA_DIR: dataDir });
const importLog = (dataDir: string, ...args: string[]): Promise<Outcome> =>
  runCommand('import-log', args, { DATA_DIR: dataDir });

const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');

const readBack = async (dataDir: string) => {
  const store = await SqliteEventStore.open({ dataDir });
  const events = await readLog(store);
  await store.close();
  return withoutPositions(events);
};

/** Kills it as soon as `reached` holds. */
const killWhen = async (
  name: string,
  args: readonly string[],
  dataDir: string,
  reached: () => boolean,
): Promise<Outcome> => {
  const child = startCommand(name, args, { DATA_DIR: dataDir });
  const end = endOf(child);
  while (!reached() && child.exitCode === null) await pause(2);
  child.kill('SIGKILL');
  return end;
};

const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0);

describe('export-log and import-log', () => {
  const source = path('source');
  let events: number;

  beforeAll(async () => {
    const store = await SqliteEventStore.open({ dataDir: source });
    events = await fillLog(store, 300);
    await store.close();
  });

  it('move a log by a file', async () => {
    const file = path('log.ndjson');
    const exported = await exportLog(source, file);
    expect(exported).toMatchObject({ code: 0, out: '' });
    const sha256 = digestOfLines(readFileSync(file, 'utf8'));
    expect(exported.err).toMatch(new RegExp(`^Exported ${events} events in .*; sha256 ${sha256}\n$`));
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const target = path('target');
    const imported = await importLog(target, file);
    expect(imported).toMatchObject({ code: 0, out: '' });
    expect(imported.err).toBe(
      `Imported ${events} events; 0 were there before\n` +
        `The target holds what was exported: ${events} events, sha256 ${sha256}\n`,
    );
    expect(await readBack(target)).toStrictEqual(await readBack(source));

    const again = await importLog(target, file);
    expect(again).toMatchObject({
      code: 0,
      err: expect.stringContaining(`Imported 0 events; ${events} were there before`),
    });
    const back = path('back.ndjson');
    await exportLog(target, back);
    expect(readFileSync(back, 'utf8')).toBe(readFileSync(file, 'utf8'));
  });

  it('move a log through a pipe', async () => {
    const target = path('piped');
    const writing = startCommand('export-log', ['-'], { DATA_DIR: source });
    const reading = startCommand('import-log', ['-'], { DATA_DIR: target });
    writing.stdout!.pipe(reading.stdin!);
    const [written, read] = await Promise.all([
      new Promise((resolve) => writing.on('close', resolve)),
      endOf(reading),
    ]);
    expect([written, read.code]).toEqual([0, 0]);
    expect(await readBack(target)).toStrictEqual(await readBack(source));
  });

  it('of a log that is empty are fine', async () => {
    await (await SqliteEventStore.open({ dataDir: path('empty') })).close();
    expect((await exportLog(path('empty'), path('empty.ndjson'))).code).toBe(0);
    const imported = await importLog(path('empty-too'), path('empty.ndjson'));
    expect(imported).toMatchObject({
      code: 0,
      err: expect.stringContaining('holds what was exported: 0 events'),
    });
  });

  it('leave a file that is there as it is', async () => {
    writeFileSync(path('there'), 'precious');
    const { code, err } = await exportLog(source, path('there'));
    expect([code, err]).toEqual([
      1,
      `The log was not exported: ${path('there')} is there already, and is left as it is\n`,
    ]);
    expect(readFileSync(path('there'), 'utf8')).toBe('precious');
  });

  it.each<[string, () => Promise<Outcome>, RegExp]>([
    ['a folder without a log', () => exportLog(path('nothing'), path('x')), /there is no event log in/],
    ['a place that is not there', () => exportLog(source, path('no/such/folder/x')), /ENOENT/],
    ['a file that is not there', () => importLog(path('nothing'), path('x')), /ENOENT/],
    ['a wrong setting', () => runCommand('export-log', ['x'], { PORT: 'x' }), /PORT must be a whole number/],
  ])('say why they fail: %s', async (_, run, reason) => {
    const { code, err, out } = await run();
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(reason);
    expect(existsSync(path('nothing'))).toBe(false);
    expect(existsSync(path('x'))).toBe(false);
  });

  it.each(['export-log', 'import-log', 'snapshot'])(
    '%s explains itself without exactly one argument',
    async (name) => {
      for (const args of [[], ['a', 'b'], ['']]) {
        const { code, err } = await runCommand(name, args, { DATA_DIR: path('nothing') });
        expect([code, err]).toEqual([2, expect.stringContaining(`usage: npm run`)]);
      }
    },
  );

  it('refuse a damaged file before anything is written', async () => {
    const whole = path('whole.ndjson');
    await exportLog(source, whole);
    for (const [name, spoil] of [
      ['cut.ndjson', (text: string) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)],
      ['changed.ndjson', (text: string) => text.replace('"churn"', '"churm"')],
    ] as const) {
      writeFileSync(path(name), spoil(readFileSync(whole, 'utf8')));
      const { code, err } = await importLog(path('untouched'), path(name));
      expect([code, err]).toEqual([
        1,
        expect.stringMatching(/^The log was not imported: it was (cut off|changed)/m),
      ]);
    }
    expect(existsSync(path('untouched'))).toBe(false);
  });

  it('refuse a target that a process has open', async () => {
    const target = await SqliteEventStore.open({ dataDir: path('open') });
    await exportLog(source, path('for-open.ndjson'));
    const { code, err } = await importLog(path('open'), path('for-open.ndjson'));
    expect([code, err]).toEqual([1, expect.stringContaining(`already in use by process ${process.pid}`)]);
    await target.close();
  });
});

/** Each test starts several processes. */
const LONG_MS = 120_000;

describe('killed in the middle', () => {
  const source = path('large');
  const file = path('large.ndjson');
  let events: number;

  beforeAll(async () => {
    const store = await SqliteEventStore.open({ dataDir: source });
    await Promise.all(Array.from({ length: 40 }, (_, i) => appendRoles(store, 150, 7, i * 150)));
    events = (await readLog(store)).length;
    await store.close();
  });

  it(
    'an export leaves no file of its name, and the next one is whole',
    async () => {
      const partial = `${file}.partial`;
      for (const bytes of [1, 300_000, 1_500_000]) {
        const { code } = await killWhen('export-log', [file], source, () => sizeOf(partial) >= bytes);
        expect(code).toBeNull();
        expect(existsSync(file)).toBe(false);
        expect(existsSync(partial)).toBe(true);
      }
      expect((await exportLog(source, file)).code).toBe(0);
      expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
      expect(linesOf(file)).toHaveLength(events + 2);
    },
    LONG_MS,
  );

  it(
    'an import goes on where the target stands, however often',
    async () => {
      const target = path('killed-target');
      const written = (): number => sizeOf(join(target, 'events.db')) + sizeOf(join(target, 'events.db-wal'));
      for (const bytes of [1, 400_000, 1_500_000]) {
        await killWhen('import-log', [file], target, () => written() >= bytes);
      }
      const standing = (await readBack(target)).length;
      expect(standing).toBeGreaterThan(0);
      expect(standing).toBeLessThan(events);
      const { code, err } = await importLog(target, file);
      expect([code, err]).toEqual([
        0,
        expect.stringContaining(`Imported ${events - standing} events; ${standing} were there before`),
      ]);
      expect(await readBack(target)).toStrictEqual(await readBack(source));
    },
    LONG_MS,
  );
});

describe('export-log beside a service that writes', () => {
  it(
    'gives the beginning of the log, in whole commits',
    async () => {
      const dataDir = path('busy');
      const service = await startProcess({ DATA_DIR: dataDir, PLATFORM_PSK });
      let writing = true;
      let written = 0;
      const write = async (client: number): Promise<void> => {
        for (let n = 0; writing; n++) {
          const { status } = await service.request('PUT', `/governance/v1/groups/g-${client}-${n}`, {
            psk: PLATFORM_PSK,
            headers: { 'idempotency-key': `${client}-${n}` },
            body: { name: 'Risk' },
          });
          expect(status).toBe(201);
          written++;
        }
      };
      const writers = [0, 1, 2].map(write);
      const files = [0, 1, 2].map((n) => path(`busy-${n}.ndjson`));
      for (const file of files) {
        const before = written;
        expect((await exportLog(dataDir, file)).code).toBe(0);
        while (written === before) await pause(2);
      }
      writing = false;
      await Promise.all(writers);
      await service.kill();
      expect((await exportLog(dataDir, path('busy-end.ndjson'))).code).toBe(0);

      const all = linesOf(path('busy-end.ndjson')).slice(1, -1);
      const lengths = files.map((file) => {
        const lines = linesOf(file).slice(1, -1);
        expect(lines).toEqual(all.slice(0, lines.length));
        return lines.length;
      });
      expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
      expect(lengths[0]).toBeLessThan(lengths[2]!);
      expect((await importLog(path('restored'), files[2]!)).code).toBe(0);
    },
    LONG_MS,
  );
});
