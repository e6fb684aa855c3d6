import { join } from 'node:path';
import type { NewEvent } from '../../src/event-store/event-store.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { ProjectionEngine } from '../../src/projections/projection-engine.js';
import { rebuildReadModels } from '../../src/projections/rebuild.js';
import { projections } from '../../src/read-models.js';
import { ms, percentile, rate, timed, times, withFolder, type Row, type Scale } from './measure.js';
import { PLATFORM_PSK, startService, untilReady } from './processes.js';
import { deploymentIds, registered, rolesReplaced } from './sample-events.js';

const STREAMS = deploymentIds(500);
/** Events per append while filling: streams stay interleaved, and a million take a minute. */
const CHUNK = 10;
const IN_FLIGHT = 64;
/** Asked per size of log. */
const QUESTIONS = 300;
const VISIBLE_SAMPLES = 2_000;

const fill = async (dataDir: string, events: number): Promise<void> => {
  const store = await SqliteEventStore.open({ dataDir });
  const perStream = Math.floor(events / STREAMS.length);
  const writer = async (first: number): Promise<void> => {
    const streams = STREAMS.filter((_, i) => i % IN_FLIGHT === first);
    for (let revision = 0; revision < perStream; revision += CHUNK) {
      for (const id of streams) {
        const chunk: NewEvent[] = [];
        for (let i = revision; i < Math.min(revision + CHUNK, perStream); i++) {
          chunk.push(i === 0 ? registered(id) : rolesReplaced(id, i));
        }
        await store.append(`deployment-${id}`, chunk, revision === 0 ? 'no-stream' : BigInt(revision - 1));
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: IN_FLIGHT }, (_, first) => writer(first)));
  } finally {
    await store.close();
  }
};

const rebuild = async (dataDir: string): Promise<{ eventsPerSecond: number; memory: number }> => {
  const store = await SqliteEventStore.open({ dataDir });
  let memory = 0;
  try {
    const { events, seconds } = await rebuildReadModels({
      path: join(dataDir, 'read-models.db'),
      store,
      projections,
      onProgress: () => (memory = Math.max(memory, process.memoryUsage.rss() / 1024 / 1024)),
    });
    return {
      eventsPerSecond: events / seconds,
      memory: Math.max(memory, process.memoryUsage.rss() / 1024 / 1024),
    };
  } finally {
    await store.close();
  }
};

/** Milliseconds from append to the read models having it, one after the other, on top of what the log holds. */
const visibility = async (dataDir: string, samples: number): Promise<number[]> => {
  const store = await SqliteEventStore.open({ dataDir });
  const engine = ProjectionEngine.open({ path: join(dataDir, 'read-models.db'), store, projections });
  engine.start();
  try {
    await engine.waitFor(await store.head(), { timeoutMs: 60_000 });
    const [id] = STREAMS as [string];
    let revision = -1n;
    for await (const event of store.readStream(`deployment-${id}`, { direction: 'backwards', limit: 1 })) {
      ({ revision } = event);
    }
    const latencies: number[] = [];
    for (let i = 0; i < samples; i++) {
      latencies.push(
        await timed(async () => {
          const result = await store.append(`deployment-${id}`, [rolesReplaced(id, i)], revision);
          ({ revision } = result);
          await engine.waitFor(result.position, { timeoutMs: 10_000 });
        }),
      );
    }
    return latencies;
  } finally {
    await engine.stop();
    await store.close();
  }
};

/** Starts the service on a log whose read models are current; then asks for the history of one entity after another. */
const startAndAsk = async (dataDir: string): Promise<{ start: number; answers: number[] }> => {
  const begun = process.hrtime.bigint();
  const service = await startService(dataDir);
  try {
    await untilReady(service.url);
    const start = Number(process.hrtime.bigint() - begun) / 1e6;
    const ask = async (i: number): Promise<void> => {
      const query = `entityType=deployment&entityId=${STREAMS[(i * 7) % STREAMS.length]}&limit=20`;
      const response = await fetch(`${service.url}/governance/v1/audit?${query}`, {
        headers: { 'authorization-psk': PLATFORM_PSK },
      });
      const { items } = (await response.json()) as { items: unknown[] };
      if (items.length === 0) throw new Error('no history');
    };
    for (let i = 0; i < QUESTIONS / 3; i++) await ask(i);
    const answers: number[] = [];
    for (let i = 0; i < QUESTIONS; i++) answers.push(await timed(() => ask(i)));
    return { start, answers };
  } finally {
    await service.stop();
  }
};

export const logRows = ({ largeLog, smallLog, quick }: Scale): Promise<Row[]> =>
  withFolder(async (folder) => {
    const [small, large] = [join(folder, 'small'), join(folder, 'large')];
    await fill(small, smallLog);
    await rebuild(small);
    const few = await startAndAsk(small);
    await fill(large, largeLog);
    const { eventsPerSecond, memory } = await rebuild(large);
    const many = await startAndAsk(large);
    const visible = await visibility(large, quick ? 200 : VISIBLE_SAMPLES);
    const ratio = percentile(many.answers, 0.99) / percentile(few.answers, 0.99);
    const size = `${largeLog.toLocaleString('en-GB')} events`;
    return [
      {
        what: `rebuild of all read models, ${size}`,
        measured: `${rate(eventsPerSecond, 'events')}, memory ${memory.toFixed(0)} MiB`,
        beside: '-',
        budget: '>= 50,000 events/s',
        met: eventsPerSecond >= 50_000,
      },
      {
        what: `audit of one entity, ${size}`,
        measured: `p50 ${ms(percentile(many.answers, 0.5))}, p99 ${ms(percentile(many.answers, 0.99))}`,
        beside: `${smallLog.toLocaleString('en-GB')} events: p99 ${ms(percentile(few.answers, 0.99))}: ${times(ratio)}`,
        budget: '<= 2 x',
        met: ratio <= 2,
      },
      {
        what: 'append to visible in the read models',
        measured: `p50 ${ms(percentile(visible, 0.5))}, p99 ${ms(percentile(visible, 0.99))}`,
        beside: '-',
        budget: 'p99 < 50 ms',
        met: percentile(visible, 0.99) < 50,
      },
      {
        what: `start with a current checkpoint, ${size}`,
        measured: ms(many.start),
        beside: `${smallLog.toLocaleString('en-GB')} events: ${ms(few.start)}`,
        budget: '< 2,000 ms',
        met: many.start < 2_000,
      },
    ];
  });
