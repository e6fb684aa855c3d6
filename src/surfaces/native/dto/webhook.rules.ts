import { ValidateBy } from 'class-validator';
import { isEventType } from '../../../domain/events.js';
import type { ListContext } from '../validation/rules.js';

const MAX_URL_LENGTH = 2048;
const MOST_TYPES = 100;

const rule = (name: string, message: string, check: (value: unknown) => boolean, context?: ListContext) =>
  ValidateBy({ name, validator: { validate: check, defaultMessage: () => message } }, { context });

/** Whether a webhook may be sent there is a rule of the service, not of the form. */
export const IsUrl = (): PropertyDecorator =>
  rule(
    'isUrl',
    `must be an absolute http(s) URL of at most ${MAX_URL_LENGTH} characters`,
    (value) =>
      typeof value === 'string' &&
      value.length <= MAX_URL_LENGTH &&
      /^https?:\/\/[^\s\p{Cc}\p{Cs}]+$/iu.test(value) &&
      URL.canParse(value),
  );

export const IsTypeList = (): PropertyDecorator => {
  const isItem = (value: unknown): boolean => typeof value === 'string' && isEventType(value);
  return rule(
    'isTypeList',
    `must be a list of 1 to ${MOST_TYPES} event types, or null`,
    (value) =>
      value === null ||
      (Array.isArray(value) && value.length > 0 && value.length <= MOST_TYPES && value.every(isItem)),
    { isItem, itemMessage: 'is not an event type' },
  );
};

export const IsStreamName = (): PropertyDecorator =>
  rule(
    'isStreamName',
    'must be the subject of events, such as deployment-<id>, or null',
    (value) =>
      value === null || (typeof value === 'string' && /^[A-Za-z]{1,50}-[^\p{Cc}\p{Cs}]{1,255}$/u.test(value)),
  );

/** A position in a body; `orBeginning`: -1, the place before every event, is one too. */
export const IsPosition = ({ orBeginning = false } = {}): PropertyDecorator =>
  rule(
    'isPosition',
    'must be a position: a decimal in a string',
    (value) => typeof value === 'string' && (/^\d{1,18}$/.test(value) || (orBeginning && value === '-1')),
  );
