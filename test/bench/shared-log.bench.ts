import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EventStore } from '../../src/event-store/event-store.js';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { ProjectionEngine } from '../../src/projections/projection-engine.js';
import { projections } from '../../src/read-models.js';
import { BareClient } from './bare-client.js';
import { fill, rebuild, startAndAsk, visibility } from './log-tasks.js';
import { LogSince } from './log-since.js';
import {
  inTurn,
  median,
  medianRatio,
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
import { startService, untilReady } from './processes.js';
import { newDeploymentIds } from './sample-events.js';

const VISIBLE_SAMPLES = 2_000;

const countAll = async (log: EventStore): Promise<number> => {
  let count = 0;
  for await (const _event of log.readAll()) count++;
  return count;
};

/** As a running service catches up: in batches that keep no request waiting, with all indexes. @returns how many events */
const follow = async (log: EventStore, path: string): Promise<number> => {
  const engine = ProjectionEngine.open({ path, store: log, projections });
  try {
    engine.start();
    await engine.waitFor(await log.head(), { timeoutMs: 600_000 });
    return engine.eventsTaken;
  } finally {
    await engine.stop();
  }
};

/** The service that has seen the whole store, and has stopped. */
const bringUpToDate = async (dataDir: string): Promise<void> => {
  const service = await startService(dataDir);
  try {
    await untilReady(service.url);
  } finally {
    await service.stop();
  }
};

/**
 * What is read is what this run has written and whatever others add meanwhile: the store may hold anything before. Only the
 * service itself, which knows no beginning but the first, takes in all of it.
 */
const measure = async (
  folder: string,
  store: EventStore,
  client: BareClient,
  { sharedLog, rounds, quick }: Scale,
): Promise<Row[]> => {
  const deployments = newDeploymentIds(500);
  const begin = await store.head();
  const log = new LogSince(store, begin);
  const written = await fill(store, deployments, sharedLog);

  const path = join(folder, 'read-models.db');
  const speed = async (task: () => Promise<number>): Promise<number> => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    let seen = 0;
    const took = await timed(async () => (seen = await task()));
    if (seen < written) throw new Error(`${seen} events were read of ${written}`);
    return perSecond(written, took);
  };
  const found = await inTurn(rounds, {
    bare: () => speed(() => client.readAll(begin)),
    port: () => speed(() => countAll(log)),
    following: () => speed(() => follow(log, path)),
    rebuilding: () => speed(async () => (await rebuild(log, path)).events),
  });
  const visible = await visibility(log, path, deployments[0]!, quick ? 200 : VISIBLE_SAMPLES);
  const dataDir = join(folder, 'service');
  await bringUpToDate(dataDir);
  const { start, answers } = await startAndAsk(dataDir, deployments);

  const size = `${written.toLocaleString('en-GB')} events`;
  const bare = `bare readAll ${rate(median(found.bare), 'events')}`;
  const besideBare = (what: string, speeds: readonly number[]): Row => {
    const ratio = medianRatio(speeds, found.bare);
    return {
      what: `${what}, ${size} of this run`,
      measured: rate(median(speeds), 'events'),
      beside: `${bare}: ${times(ratio)}`,
      budget: '>= 0.6 x bare',
      met: ratio >= 0.6,
    };
  };
  return [
    besideBare('readAll', found.port),
    besideBare('catch-up of the read models', found.following),
    besideBare('rebuild of all read models', found.rebuilding),
    {
      what: 'append to visible in the read models',
      measured: `p50 ${ms(percentile(visible, 0.5))}, p99 ${ms(percentile(visible, 0.99))}`,
      beside: '-',
      budget: 'p99 < 50 ms',
      met: percentile(visible, 0.99) < 50,
    },
    {
      what: 'audit of one entity, all that the store holds',
      measured: `p50 ${ms(percentile(answers, 0.5))}, p99 ${ms(percentile(answers, 0.99))}`,
      beside: '-',
      budget: '-',
      met: null,
    },
    {
      what: 'start with a current checkpoint, all that the store holds',
      measured: ms(start),
      beside: '-',
      budget: '< 2,000 ms',
      met: start < 2_000,
    },
  ];
};

/** What is behind the log catches up at, and how soon a change is seen, beside the store's own client reading. */
export const sharedLogRows = (url: string, scale: Scale): Promise<Row[]> =>
  withFolder(async (folder) => {
    const store = EventStoreDbEventStore.open({ url });
    const client = new BareClient(url);
    try {
      return await measure(folder, store, client, scale);
    } finally {
      await client.close();
      await store.close();
    }
  });
