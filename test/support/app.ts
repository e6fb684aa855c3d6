import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore } from '../../src/event-store/event-store.js';
import type { Clock } from '../../src/platform/clock/clock.js';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import type { Route } from '../../src/platform/http/route-table.js';
import type { ReadModels } from '../../src/projections/projection.js';
import { projections } from '../../src/read-models.js';
import { Service } from '../../src/service.js';
import { schemaFaults } from './event-schemas.js';
import { send, type Answer, type RequestOptions } from './http-client.js';

export const PLATFORM_PSK = 'a-platform-key-that-only-tests-know-0123456789';

export interface AppOptions {
  /** Environment variables, beside those that the harness sets (`HOST`, `PORT`, `DATA_DIR`, `PLATFORM_PSK`). */
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** The test puts events into the log that the service would not write. */
  readonly madeUpEvents?: true;
  /** One that is kept; otherwise a new one, removed by {@link App.stop}. */
  readonly dataDir?: string;
}

/** The real service in this process, on a port of its own. */
export interface App {
  readonly url: string;
  readonly dataDir: string;
  readonly platformPsk: string;
  readonly store: EventStore;
  readonly readModels: ReadModels;
  /** Every route that is registered. */
  readonly routes: readonly Route[];
  /** Everything logged so far, one JSON object per line (level `debug`, unless `LOG_LEVEL` says otherwise). */
  readonly log: readonly string[];
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  stop(): Promise<void>;
  /** Stops it in good order and starts it again on the same data; the port changes. */
  restart(): Promise<void>;
}

const CATCH_UP_MS = 30_000;
const NAMES = projections.map(({ name }) => name);

/** Whatever a test did: what stands in the log has to be what we say of it. */
const checkLog = async (store: EventStore): Promise<void> => {
  const faults = new Set<string>();
  for await (const event of store.readAll()) for (const fault of schemaFaults(event)) faults.add(fault);
  if (faults.size > 0) throw new Error(`events that do not fit their schemas: ${[...faults].join('; ')}`);
};

/** Resolves when the service answers and its read models have caught up. */
export const startApp = async ({ env = {}, clock, dataDir, madeUpEvents }: AppOptions = {}): Promise<App> => {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'countersign-')));
  const log: string[] = [];
  const environment = {
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: folder,
    LOG_LEVEL: 'debug',
    ...('PLATFORM_PSK_DIGESTS' in env ? {} : { PLATFORM_PSK }),
    ...env,
  };

  const start = async (): Promise<Service> => {
    const config = loadConfig(environment);
    const logger = createLogger(config.logLevel, { write: (line) => void log.push(line) });
    const started = await Service.start({ config, logger, ...(clock && { clock }) });
    const { store, readModels } = started.foundation;
    await readModels.waitFor(await store.head(), { timeoutMs: CATCH_UP_MS });
    // An empty log leaves nothing to wait for; that it is empty has to have been seen, too.
    const deadline = Date.now() + CATCH_UP_MS;
    while (!readModels.trustworthy(...NAMES)) {
      if (Date.now() > deadline) throw new Error('the read models have not caught up');
      await pause(5);
    }
    return started;
  };

  let service = await start();
  return {
    dataDir: folder,
    platformPsk: PLATFORM_PSK,
    log,
    get url() {
      return service.url;
    },
    get store() {
      return service.foundation.store;
    },
    get readModels() {
      return service.foundation.readModels;
    },
    get routes() {
      return service.routes;
    },
    request: (method, path, options) => send(service.url, method, path, options),
    stop: async () => {
      const { store } = service.foundation;
      try {
        if (madeUpEvents !== true && (await store.reachable())) await checkLog(store);
      } finally {
        await service.stop();
      }
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
    restart: async () => {
      await service.stop();
      service = await start();
    },
  };
};
