import 'reflect-metadata';
import { loadConfig } from './platform/config/load-config.js';
import { greeting } from './platform/lifecycle/greeting.js';
import { exitOnFault, stopOnSignal } from './platform/lifecycle/process-end.js';
import { createLogger } from './platform/logging/logger.js';
import { Service } from './service.js';

const run = async (): Promise<void> => {
  const config = loadConfig(process.env);
  const logger = createLogger(config.logLevel);
  exitOnFault(logger);
  const service = await Service.start({ config, logger });
  stopOnSignal(logger, () => service.stop());
  logger.info({ url: service.url, dataDir: config.dataDir }, 'listening');
  const keyPath = service.newPlatformKeyPath;
  if (keyPath !== null) process.stderr.write(greeting(service.url, keyPath));
};

run().catch((error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`Countersign did not start: ${reason}\n`);
  process.exit(1);
});
