import { join } from 'node:path';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { fill, rebuild, startAndAsk, visibility } from './log-tasks.js';
import { ms, percentile, rate, times, withFolder, type Row, type Scale } from './measure.js';
import { deploymentIds } from './sample-events.js';

const STREAMS = deploymentIds(500);
const VISIBLE_SAMPLES = 2_000;

const withLog = async <Result>(
  dataDir: string,
  task: (log: SqliteEventStore) => Promise<Result>,
): Promise<Result> => {
  const log = await SqliteEventStore.open({ dataDir });
  try {
    return await task(log);
  } finally {
    await log.close();
  }
};

const readModelsIn = (dataDir: string): string => join(dataDir, 'read-models.db');

export const logRows = ({ largeLog, smallLog, quick }: Scale): Promise<Row[]> =>
  withFolder(async (folder) => {
    const [small, large] = [join(folder, 'small'), join(folder, 'large')];
    await withLog(small, (log) => fill(log, STREAMS, smallLog));
    await withLog(small, (log) => rebuild(log, readModelsIn(small)));
    const few = await startAndAsk(small, STREAMS);
    await withLog(large, (log) => fill(log, STREAMS, largeLog));
    const { eventsPerSecond, memory } = await withLog(large, (log) => rebuild(log, readModelsIn(large)));
    const many = await startAndAsk(large, STREAMS);
    const visible = await withLog(large, (log) =>
      visibility(log, readModelsIn(large), STREAMS[0]!, quick ? 200 : VISIBLE_SAMPLES),
    );
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
