import { join } from 'node:path';
import { openEventStore } from '../open-event-store.js';
import { loadConfig } from '../platform/config/load-config.js';
import type { EngineLog } from '../projections/engine-log.js';
import { rebuildReadModels, type RebuildProgress } from '../projections/rebuild.js';
import { projections } from '../read-models.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const warn = (line: string): void => void process.stderr.write(`${line}\n`);

const log: EngineLog = {
  info: () => {},
  warn: (fields, message) => warn(`${message} ${JSON.stringify(fields)}`),
  error: (_, message) => warn(message),
};

const rate = ({ events, seconds }: RebuildProgress): string =>
  `${events} events in ${seconds.toFixed(1)} s, ${Math.round(events / Math.max(seconds, 0.001))} events/s`;

const rebuild = async (): Promise<void> => {
  const config = loadConfig(process.env);
  const store = await openEventStore(config);
  try {
    const path = join(config.dataDir, 'read-models.db');
    say(`Rebuilding ${projections.length} read models in ${path}`);
    const onProgress = (progress: RebuildProgress): void =>
      say(`  ${(progress.done * 100).toFixed(0).padStart(3)} %: ${rate(progress)}`);
    const result = await rebuildReadModels({ path, store, projections, log, onProgress });
    say(`Done: ${rate(result)}`);
  } finally {
    await store.close();
  }
};

try {
  await rebuild();
} catch (error) {
  warn(`The read models were not rebuilt: ${(error as Error).message}`);
  process.exitCode = 1;
}
