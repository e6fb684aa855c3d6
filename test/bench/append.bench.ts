import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NewEvent } from '../../src/event-store/event-store.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { openDatabase } from '../../src/event-store/sqlite/sqlite.js';
import {
  median,
  ms,
  percentile,
  perSecond,
  rate,
  timed,
  times,
  withFolder,
  type Row,
  type Scale,
} from './measure.js';
import { deploymentIds, rolesReplaced } from './sample-events.js';

const STREAMS = deploymentIds(500);
const WRITERS = 64;

const eventsFor = (count: number): NewEvent[] =>
  Array.from({ length: count }, (_, i) => rolesReplaced(STREAMS[i % STREAMS.length] as string, i));

/** The floor: the same rows into one table with the same two indexes, one prepared INSERT and one synced commit each. */
const bareInserts = (folder: string, events: readonly NewEvent[]): number[] => {
  const db = openDatabase(join(folder, 'bare.db'));
  try {
    db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
      CREATE TABLE events (position INTEGER PRIMARY KEY, stream_id INTEGER NOT NULL, revision INTEGER NOT NULL,
        event_id BLOB NOT NULL, type TEXT NOT NULL, data BLOB NOT NULL, metadata BLOB NOT NULL) STRICT;
      CREATE UNIQUE INDEX by_stream ON events (stream_id, revision);`);
    const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)');
    return events.map((event, i) => {
      const start = process.hrtime.bigint();
      const id = Buffer.from(event.id.replaceAll('-', ''), 'hex');
      const [data, metadata] = [event.data, event.metadata].map((part) => Buffer.from(JSON.stringify(part)));
      insert.run(i + 1, i % STREAMS.length, Math.floor(i / STREAMS.length), id, event.type, data!, metadata!);
      return Number(process.hrtime.bigint() - start) / 1e6;
    });
  } finally {
    db.close();
  }
};

const sequentialAppends = async (folder: string, events: readonly NewEvent[]): Promise<number[]> => {
  const store = await SqliteEventStore.open({ dataDir: join(folder, 'sequential') });
  try {
    const latencies: number[] = [];
    for (const [i, event] of events.entries()) {
      const revision = BigInt(Math.floor(i / STREAMS.length)) - 1n;
      const expected = revision < 0n ? 'no-stream' : revision;
      latencies.push(
        await timed(() => store.append(`deployment-${STREAMS[i % STREAMS.length]}`, [event], expected)),
      );
    }
    return latencies;
  } finally {
    await store.close();
  }
};

/** Milliseconds for all events, written by {@link WRITERS} writers, each with streams of its own. */
const concurrentAppends = async (folder: string, events: readonly NewEvent[]): Promise<number> => {
  const store = await SqliteEventStore.open({ dataDir: join(folder, 'concurrent') });
  const write = async (writer: number): Promise<void> => {
    let revision = -1n;
    for (let i = writer; i < events.length; i += WRITERS) {
      const expected = revision < 0n ? 'no-stream' : revision;
      ({ revision } = await store.append(
        `deployment-of-writer-${writer}`,
        [events[i] as NewEvent],
        expected,
      ));
    }
  };
  try {
    return await timed(() => Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer))));
  } finally {
    await store.close();
  }
};

const PEERS = join(process.cwd(), 'test/bench/peers');

/** Latencies of emmett-sqlite, or `undefined` when it was not installed. */
const emmettAppends = async (folder: string, appends: number): Promise<number[] | undefined> => {
  if (!existsSync(join(PEERS, 'node_modules'))) return undefined;
  const script = join(PEERS, 'emmett-append.mjs');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, join(folder, 'emmett.db'), String(appends)],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return (JSON.parse(stdout) as { latencies: number[] }).latencies;
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export const appendRows = async ({ appends, rounds }: Scale): Promise<Row[]> => {
  const ratios: number[] = [];
  const ours: number[] = [];
  const floor: number[] = [];
  const grouped: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await withFolder(async (folder) => {
      const events = eventsFor(appends);
      const bare = sum(bareInserts(folder, events));
      const latencies = await sequentialAppends(folder, events);
      floor.push(perSecond(appends, bare));
      ours.push(...latencies);
      ratios.push(bare / sum(latencies));
      const many = eventsFor(appends * 4);
      grouped.push(perSecond(many.length, await concurrentAppends(folder, many)));
    });
  }
  const sequential = perSecond(ours.length, sum(ours));
  const emmett = await withFolder((folder) => emmettAppends(folder, Math.min(appends, 500)));
  return [
    {
      what: 'append, one writer in sequence',
      measured: `${rate(sequential, 'events')}, p99 ${ms(percentile(ours, 0.99))}`,
      beside: `bare INSERT ${rate(median(floor), 'events')}: ${times(median(ratios))}`,
      budget: '>= 0.8 x bare',
      met: median(ratios) >= 0.8,
    },
    {
      what: 'append, one writer, beside emmett-sqlite',
      measured: rate(sequential, 'events'),
      beside:
        emmett === undefined
          ? 'not installed: npm ci --prefix test/bench/peers'
          : `emmett-sqlite ${rate(perSecond(emmett.length, sum(emmett)), 'events')}, p99 ${ms(percentile(emmett, 0.99))}`,
      budget: '-',
      met: null,
    },
    {
      what: `append, ${WRITERS} writers at once`,
      measured: rate(median(grouped), 'events'),
      beside: `sequential ${rate(sequential, 'events')}: ${times(median(grouped) / sequential)}`,
      budget: '>= 10,000 events/s and >= 3 x sequential',
      met: median(grouped) >= 10_000 && median(grouped) >= 3 * sequential,
    },
  ];
};
