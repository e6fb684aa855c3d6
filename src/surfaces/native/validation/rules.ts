import { isEmail, ValidateBy } from 'class-validator';
import { parseInstant } from './instant.js';

/** Kept beside a rule for lists: what is wrong with one item, so that the answer can point at it. */
export interface ListContext {
  readonly isItem: (value: unknown) => boolean;
  readonly itemMessage: string;
}

const rule = (name: string, message: string, check: (value: unknown) => boolean, context?: ListContext) =>
  ValidateBy({ name, validator: { validate: check, defaultMessage: () => message } }, { context });

const CONTROL = /[\p{Cc}\p{Cs}]/u;
const CONTROL_BUT_LINES = /(?![\t\n\r])[\p{Cc}\p{Cs}]/u;

const isText = (value: unknown, max: number, forbidden = CONTROL): boolean =>
  typeof value === 'string' && value.trim() !== '' && value.length <= max && !forbidden.test(value);

const textMessage = (max: number): string =>
  `must be 1 to ${max} characters, not blank, without control characters`;

interface Optionality {
  /** `undefined` passes: the field may be left out. */
  readonly optional?: true;
  /** `null` passes. */
  readonly nullable?: true;
}

const passes = (value: unknown, { optional, nullable }: Optionality): boolean =>
  (optional === true && value === undefined) || (nullable === true && value === null);

export const IsText = (max: number, optionality: Optionality = {}): PropertyDecorator =>
  rule('isText', textMessage(max), (value) => passes(value, optionality) || isText(value, max));

/** May hold line breaks and tabs. */
export const IsMultilineText = (max: number, optionality: Optionality): PropertyDecorator =>
  rule(
    'isMultilineText',
    textMessage(max),
    (value) => passes(value, optionality) || isText(value, max, CONTROL_BUT_LINES),
  );

/** Texts of at most 255 characters. */
export const IsTextList = (mostItems: number): PropertyDecorator => {
  const isItem = (value: unknown): boolean => isText(value, 255);
  return rule(
    'isTextList',
    `must be a list of at most ${mostItems} texts`,
    (value) => Array.isArray(value) && value.length <= mostItems && value.every(isItem),
    { isItem, itemMessage: textMessage(255) },
  );
};

export const IsEmailAddress = (optionality: Optionality): PropertyDecorator =>
  rule(
    'isEmailAddress',
    'must be an e-mail address',
    (value) => passes(value, optionality) || isEmail(value),
  );

export const IsInstant = (optionality: Optionality): PropertyDecorator =>
  rule(
    'isInstant',
    'must be an RFC 3339 time with an offset, such as 2026-01-31T09:30:00.000Z',
    (value) => passes(value, optionality) || (typeof value === 'string' && parseInstant(value) !== undefined),
  );

export const IsFlag = (): PropertyDecorator =>
  rule('isFlag', 'must be true or false', (value) => typeof value === 'boolean');

export const IsCount = (optionality: Optionality): PropertyDecorator =>
  rule(
    'isCount',
    'must be a whole number, 0 or more',
    (value) => passes(value, optionality) || (Number.isSafeInteger(value) && (value as number) >= 0),
  );

export const IsOneOf = (choices: readonly string[], optionality: Optionality = {}): PropertyDecorator =>
  rule(
    'isOneOf',
    `must be one of ${choices.join(', ')}`,
    (value) => passes(value, optionality) || (typeof value === 'string' && choices.includes(value)),
  );

/** For query parameters, which may be left out. */
export const IsForm = (pattern: RegExp, message: string): PropertyDecorator =>
  rule(
    'isForm',
    message,
    (value) => value === undefined || (typeof value === 'string' && pattern.test(value)),
  );

/** For fields of a body, which have to be there. */
export const IsMatching = (pattern: RegExp, message: string): PropertyDecorator =>
  rule('isMatching', message, (value) => typeof value === 'string' && pattern.test(value));
