import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from '../config/config.js';
import { TurnWriter } from './turn-writer.js';
import { redact } from './redact.js';

export type { Logger };

/** Injection token: the logger's type is an interface. */
export const LOGGER = Symbol('Logger');

const MAX_CAUSES = 5;

const describe = (error: unknown, depth = 0): object => {
  // Errors of native code are not always instances of this realm's Error.
  const { name, message, stack, code, cause } = error as Partial<NodeJS.ErrnoException & { cause: unknown }>;
  return {
    type: name,
    message: redact(String(message ?? error)),
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack: redact(stack) }),
    ...(cause === undefined || depth === MAX_CAUSES ? {} : { cause: describe(cause, depth + 1) }),
  };
};

/** One JSON object per line. */
export const createLogger = (
  level: Config['logLevel'],
  destination: DestinationStream = new TurnWriter(process.stdout),
): Logger =>
  pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => describe(error) },
    },
    destination,
  );
