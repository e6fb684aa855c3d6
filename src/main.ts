import 'reflect-metadata';
import { loadConfig } from './platform/config/load-config.js';
import { ownSecrets } from './platform/config/own-secrets.js';
import { greeting } from './platform/lifecycle/greeting.js';
import { exitOnFault, stopOnSignal } from './platform/lifecycle/process-end.js';
import { createLogger } from './platform/logging/logger.js';
import { Service } from './service.js';

const run = async (): Promise<void> => {
  const config = loadConfig(process.env);
  const logger = createLogger(config.logLevel);
  exitOnFault(logger);
  for (const setting of ownSecrets(config))
    logger.warn(
      { setting },
      'not set: a secret of its own is used, which other replicas of this store do not know',
    );
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
