import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RecordedEvent } from '../../src/event-store/event-store.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { openDatabase } from '../../src/event-store/sqlite/sqlite.js';
import { PLATFORM_PSK } from '../support/app.js';
import { dumpReadModels } from '../support/dump.js';
import { startProcess, type ServiceProcess } from '../support/service-process.js';
import { killUnderLoad, registerTargets, send, type Sent } from './load.js';

const KILLS = 20;
const CLIENTS = 12;
const TARGETS = ['target-0', 'target-1', 'target-2'];
const REBUILD = fileURLToPath(new URL('../../src/cli/rebuild.js', import.meta.url));

const readLog = async (dataDir: string): Promise<RecordedEvent[]> => {
  const store = await SqliteEventStore.open({ dataDir });
  const events: RecordedEvent[] = [];
  for await (const event of store.readAll()) events.push(event);
  await store.close();
  return events;
};

/** What SQLite finds wrong with the file; `['ok']` when nothing is. */
const integrity = (dataDir: string): unknown[] => {
  const db = openDatabase(join(dataDir, 'events.db'), { readOnly: true });
  try {
    return db
      .prepare('PRAGMA integrity_check')
      .all()
      .map((row) => (row as { integrity_check: string }).integrity_check);
  } finally {
    db.close();
  }
};

/** How often each write's event stands in the log. */
const occurrences = (log: readonly RecordedEvent[], writes: readonly Sent[]): Map<string, number> => {
  const counts = new Map(writes.map(({ mark }) => [mark, 0]));
  const types = new Map(writes.map(({ mark, eventType }) => [mark, eventType]));
  for (const { type, data } of log) {
    const { after, name, personal } = data as {
      after?: string[];
      name?: string;
      personal?: Record<string, { username?: string }>;
    };
    const marks = [...(after ?? []), name, ...Object.values(personal ?? {}).map(({ username }) => username)];
    for (const mark of new Set(marks)) {
      if (mark !== undefined && types.get(mark) === type) counts.set(mark, (counts.get(mark) ?? 0) + 1);
    }
  }
  return counts;
};

const groupByStream = (log: readonly RecordedEvent[]): Map<string, RecordedEvent[]> => {
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of log) {
    const events = streams.get(event.stream);
    if (events === undefined) streams.set(event.stream, [event]);
    else events.push(event);
  }
  return streams;
};

/** Streams whose revisions have a gap, or registrations without the status change that was appended with them. */
const tornStreams = (log: readonly RecordedEvent[]): string[] => {
  return [...groupByStream(log)]
    .filter(([, events]) => {
      const gap = events.some(({ revision }, index) => revision !== BigInt(index));
      const halfRegistered =
        events[0]?.type === 'DeploymentRegistered' && events[1]?.type !== 'DeploymentStatusChanged';
      return gap || halfRegistered;
    })
    .map(([stream]) => stream);
};

const acknowledged = (writes: readonly Sent[]): Sent[] => writes.filter(({ answer }) => answer !== undefined);
const inDoubt = (writes: readonly Sent[]): Sent[] => writes.filter(({ answer }) => answer === undefined);

/** Repeats what is in doubt, as its client would, and one write that was answered before the kill. */
const settle = async (service: ServiceProcess, all: readonly Sent[], turn: number): Promise<void> => {
  const answered = acknowledged(all);
  const repeated = answered[turn % Math.max(answered.length, 1)];
  if (repeated !== undefined) {
    const again = await send(service, repeated);
    expect([again.status, again.text]).toStrictEqual([repeated.answer!.status, repeated.answer!.text]);
    expect(again.headers['idempotent-replayed']).toBe('true');
  }
  for (const write of inDoubt(all)) {
    write.answer = await send(service, write);
    expect(write.answer.status).toBeLessThan(300);
  }
};

describe(`a service killed ${KILLS} times while clients write`, () => {
  let dataDir: string;
  const env = (): Record<string, string> => ({ DATA_DIR: dataDir, PLATFORM_PSK, LOG_LEVEL: 'info' });
  const all: Sent[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'countersign-crash-'));
    const service = await startProcess(env());
    await registerTargets(service, TARGETS);
    await service.kill('SIGKILL');
  });

  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it.each(Array.from({ length: KILLS }, (_, kill) => kill + 1))(
    'kill %i: keeps every acknowledged write once, tears none, and settles those in doubt when they are repeated',
    async (kill) => {
      const service = await startProcess(env());
      await settle(service, all, kill);
      const acknowledgements = 1 + Math.floor(Math.random() * 150);
      const writes = await killUnderLoad(service, TARGETS, { clients: CLIENTS, acknowledgements });
      all.push(...writes);
      expect(acknowledged(writes).filter(({ answer }) => answer!.status >= 300)).toStrictEqual([]);
      expect(acknowledged(writes).length).toBeGreaterThanOrEqual(acknowledgements);

      expect(integrity(dataDir)).toStrictEqual(['ok']);
      const log = await readLog(dataDir);
      expect(tornStreams(log)).toStrictEqual([]);
      const counts = occurrences(log, all);
      expect(acknowledged(all).filter(({ mark }) => counts.get(mark) !== 1)).toStrictEqual([]);
      expect(inDoubt(all).filter(({ mark }) => counts.get(mark)! > 1)).toStrictEqual([]);
    },
    120_000,
  );

  it('leaves read models that equal a rebuild from the log', async () => {
    const service = await startProcess(env());
    await settle(service, all, 0);
    await service.kill('SIGTERM');
    const file = join(dataDir, 'read-models.db');
    const live = dumpReadModels(file);
    const { stdout } = await promisify(execFile)(process.execPath, [REBUILD], { env: env() });
    expect(stdout).toMatch(/Done: \d+ events/);
    expect(dumpReadModels(file)).toBe(live);
    expect(live).toContain(all[0]!.mark);
  }, 120_000);
});
