import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { LogImport } from '../../src/event-store/transfer/log-import.js';
import { runCommand } from '../support/command.js';
import { EventStoreDbServer } from '../support/eventstoredb-server.js';
import { digestOfLines, exported, fillLog, pieces, readLog, withoutPositions } from '../support/transfer.js';

describe('npm run import-log, into EventStoreDB', () => {
  it('leaves the data folder alone, which the service that is to move still uses', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'moving-'));
    const server = await EventStoreDbServer.start();
    const serving = await SqliteEventStore.open({ dataDir });
    const file = join(dataDir, 'log.ndjson');
    const events = await fillLog(serving, 30);
    expect((await runCommand('export-log', [file], { DATA_DIR: dataDir })).code).toBe(0);
    const moving = { DATA_DIR: dataDir, EVENT_STORE_URL: server.url };
    const { code, err } = await runCommand('import-log', [file], moving);
    expect([code, err]).toEqual([
      0,
      expect.stringContaining(`Imported ${events} events; 0 were there before`),
    ]);
    const back = join(dataDir, 'back.ndjson');
    expect((await runCommand('export-log', [back], moving)).code).toBe(0);
    const contents = (path: string): string => digestOfLines(readFileSync(path, 'utf8'));
    expect(contents(back)).toBe(contents(file));
    await serving.close();
    await server.stop();
    rmSync(dataDir, { recursive: true });
  });
});

describe('a log that moves', () => {
  const folder = mkdtempSync(join(tmpdir(), 'move-'));
  let embedded: SqliteEventStore;
  let server: EventStoreDbServer;
  let remote: EventStoreDbEventStore;
  let events: number;

  beforeAll(async () => {
    embedded = await SqliteEventStore.open({ dataDir: join(folder, 'a') });
    events = await fillLog(embedded, 200);
    server = await EventStoreDbServer.start();
    remote = EventStoreDbEventStore.open({ url: server.url });
  });
  afterAll(async () => {
    await remote.close();
    await server.stop();
    await embedded.close();
    rmSync(folder, { recursive: true });
  });

  it('into EventStoreDB is the same there, in the same order', async () => {
    const text = await exported(embedded);
    const { sha256 } = await new LogImport(remote).run(pieces(text));
    expect(text).toContain(sha256);
    expect(withoutPositions(await readLog(remote))).toStrictEqual(withoutPositions(await readLog(embedded)));
    const again = new LogImport(remote);
    await again.run(pieces(text));
    expect([again.found, again.appended]).toEqual([events, 0]);
  });

  it('is caught up with what was written meanwhile', async () => {
    const before = (await readLog(embedded)).length;
    await embedded.append(
      'group-late',
      [(await readLog(embedded))[0]!].map(({ data, metadata }) => ({
        id: '11111111-1111-4111-8111-111111111111',
        type: 'GroupRecorded',
        data,
        metadata,
      })),
      'no-stream',
    );
    const rest = new LogImport(remote);
    await rest.run(pieces(await exported(embedded)));
    expect([rest.found, rest.appended]).toEqual([before, 1]);
  });

  it('and back is what it was', async () => {
    const back = await SqliteEventStore.open({ dataDir: join(folder, 'b') });
    await new LogImport(back).run(pieces(await exported(remote)));
    expect(await exported(back)).toBe(await exported(embedded));
    await back.close();
  });
});
