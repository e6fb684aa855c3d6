import { EventStoreUnavailable, type EventStore, type NewEvent } from '../../src/event-store/event-store.js';
import { ProjectionEngine } from '../../src/projections/projection-engine.js';
import { rebuildReadModels } from '../../src/projections/rebuild.js';
import { projections } from '../../src/read-models.js';
import { timed } from './measure.js';
import { PLATFORM_PSK, startService, untilReady } from './processes.js';
import { registered, rolesReplaced } from './sample-events.js';

/** Events per append while filling: streams stay interleaved, and a million take a minute. */
const CHUNK = 10;
const IN_FLIGHT = 64;
/** Asked per size of log. */
const QUESTIONS = 300;

/** Repeats what the store could not settle in time, as callers of the service do; the time counts. */
export const persistently = async <Result>(task: () => Promise<Result>): Promise<Result> => {
  for (;;) {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable)) throw error;
    }
  }
};

/** Writes as many events, the same number to each deployment. @returns how many */
export const fill = async (
  store: EventStore,
  deployments: readonly string[],
  events: number,
): Promise<number> => {
  const perStream = Math.floor(events / deployments.length);
  const writer = async (first: number): Promise<void> => {
    const streams = deployments.filter((_, i) => i % IN_FLIGHT === first);
    for (let revision = 0; revision < perStream; revision += CHUNK) {
      for (const id of streams) {
        const chunk: NewEvent[] = [];
        for (let i = revision; i < Math.min(revision + CHUNK, perStream); i++) {
          chunk.push(i === 0 ? registered(id) : rolesReplaced(id, i));
        }
        const expected = revision === 0 ? 'no-stream' : BigInt(revision - 1);
        await persistently(() => store.append(`deployment-${id}`, chunk, expected));
      }
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, (_, first) => writer(first)));
  return perStream * deployments.length;
};

export const rebuild = async (
  store: EventStore,
  path: string,
): Promise<{ events: number; eventsPerSecond: number; memory: number }> => {
  let memory = 0;
  const { events, seconds } = await rebuildReadModels({
    path,
    store,
    projections,
    onProgress: () => (memory = Math.max(memory, process.memoryUsage.rss() / 1024 / 1024)),
  });
  return {
    events,
    eventsPerSecond: events / seconds,
    memory: Math.max(memory, process.memoryUsage.rss() / 1024 / 1024),
  };
};

/**
 * Milliseconds from append to the read models at `path` having it, one after the other, on top of what the deployment's
 * stream holds.
 */
export const visibility = async (
  store: EventStore,
  path: string,
  deployment: string,
  samples: number,
): Promise<number[]> => {
  const engine = ProjectionEngine.open({ path, store, projections });
  engine.start();
  try {
    await engine.waitFor(await store.head(), { timeoutMs: 60_000 });
    let revision = -1n;
    for await (const event of store.readStream(`deployment-${deployment}`, {
      direction: 'backwards',
      limit: 1,
    })) {
      ({ revision } = event);
    }
    const latencies: number[] = [];
    for (let i = 0; i < samples; i++) {
      const event = rolesReplaced(deployment, i);
      latencies.push(
        await timed(async () => {
          const result = await persistently(() =>
            store.append(`deployment-${deployment}`, [event], revision),
          );
          ({ revision } = result);
          await engine.waitFor(result.position, { timeoutMs: 10_000 });
        }),
      );
    }
    return latencies;
  } finally {
    await engine.stop();
  }
};

/** Starts the service on a log whose read models are current; then asks for the history of one entity after another. */
export const startAndAsk = async (
  dataDir: string,
  deployments: readonly string[],
): Promise<{ start: number; answers: number[] }> => {
  const begun = process.hrtime.bigint();
  const service = await startService(dataDir);
  try {
    await untilReady(service.url);
    const start = Number(process.hrtime.bigint() - begun) / 1e6;
    const ask = async (i: number): Promise<void> => {
      const query = `entityType=deployment&entityId=${deployments[(i * 7) % deployments.length]}&limit=20`;
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
