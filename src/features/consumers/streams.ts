import { streamName } from '../../domain/events.js';
import { DomainError } from '../../domain/shared/domain-error.js';

/** Safe in a path, in the name of a stream and in the label of a metric. */
export const CONSUMER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export const consumerStream = (name: string): string => {
  if (!CONSUMER_NAME.test(name))
    throw new DomainError(
      'invalid',
      'bad-identifier',
      "A consumer's name has 1 to 100 letters, digits, dots, dashes and underscores, and begins with a letter or digit",
    );
  return streamName('consumer', name);
};
