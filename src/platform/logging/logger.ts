import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from '../config/config.js';
import { BatchWriter } from './batch-writer.js';
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

/** The time as a member of the line's object; the part that changes once a second is put into words once a second. */
const timeMember = (): (() => string) => {
  let second = Number.NaN;
  let words = '';
  return () => {
    const now = Date.now();
    const milliseconds = now % 1_000;
    if (now - milliseconds !== second) {
      second = now - milliseconds;
      words = new Date(second).toISOString().slice(0, -'000Z'.length);
    }
    return `,"time":"${words}${String(milliseconds).padStart(3, '0')}Z"`;
  };
};

/** One JSON object per line. */
export const createLogger = (
  level: Config['logLevel'],
  destination: DestinationStream = new BatchWriter(process.stdout),
): Logger =>
  pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: timeMember(),
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => describe(error) },
    },
    destination,
  );
