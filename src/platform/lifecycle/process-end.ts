import type { Logger } from '../logging/logger.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The first signal stops the service in good order (exit code 0), a second one ends the process at once. */
export const stopOnSignal = (logger: Logger, stop: () => Promise<void>): void => {
  let asked = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (asked) process.exit(1);
    asked = true;
    logger.info({ signal }, 'stopping');
    stop().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.fatal({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
};

/** After an error that nobody caught, nothing can be trusted: what was acknowledged is in the log, so start anew. */
export const exitOnFault = (logger: Logger): void => {
  const end = (error: unknown): void => {
    logger.fatal({ err: error }, 'an error was not caught');
    process.exit(1);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
};
