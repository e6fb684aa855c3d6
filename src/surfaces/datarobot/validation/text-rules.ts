import { refuse, type Rule } from './rule.js';

export interface TextLimits {
  readonly min?: number;
  /** In Unicode code points. */
  readonly max: number;
}

// NUL would cut a stored value short; half a surrogate pair is no text.
// oxlint-disable-next-line no-control-regex
const UNSTORABLE = /[\u0000\p{Surrogate}]/u;

const countCharacters = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

const characters = (count: number): string => `${count} character${count === 1 ? '' : 's'}`;

/** As sent: nothing is trimmed. */
export const text =
  ({ min = 0, max }: TextLimits): Rule<string> =>
  (value, at, faults) => {
    if (typeof value !== 'string') return refuse(at, faults, 'must be a string');
    if (value.length < min) return refuse(at, faults, `must have at least ${characters(min)}`);
    if (value.length > max && countCharacters(value) > max)
      return refuse(at, faults, `must have at most ${characters(max)}`);
    if (UNSTORABLE.test(value))
      return refuse(at, faults, 'must not hold the character U+0000 or half a surrogate pair');
    return value;
  };

const pascal = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const upperSnake = (word: string): string => word.replace(/[A-Z]/g, '_$&').toUpperCase();

const listed = (words: readonly string[]): string =>
  words.length === 1 ? `must be ${words.join('')}` : `must be one of ${words.join(', ')}`;

/** `camelCase`, `PascalCase` or `UPPER_SNAKE`, and nothing between; comes back in camelCase. */
export const spelled = <Word extends string>(words: readonly Word[]): Rule<Word> => {
  const bySpelling = new Map<unknown, Word>(
    words.flatMap((word) => [word, pascal(word), upperSnake(word)].map((form) => [form, word] as const)),
  );
  return (value, at, faults) => bySpelling.get(value) ?? refuse(at, faults, listed(words));
};

/** As printed only. */
export const oneOf = <Word extends string>(words: readonly Word[]): Rule<Word> => {
  const allowed: ReadonlySet<unknown> = new Set(words);
  return (value, at, faults) => (allowed.has(value) ? (value as Word) : refuse(at, faults, listed(words)));
};

export const flag: Rule<boolean> = (value, at, faults) =>
  typeof value === 'boolean' ? value : refuse(at, faults, 'must be true or false, not a string');

const STRING_FLAGS: ReadonlyMap<unknown, boolean> = new Map([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
]);

export const stringFlag: Rule<boolean> = (value, at, faults) =>
  STRING_FLAGS.get(value) ?? refuse(at, faults, 'must be one of false, False, true, True');

/** A string flag that may also be a JSON boolean. */
export const looseFlag: Rule<boolean> = (value, at, faults) =>
  typeof value === 'boolean' ? value : stringFlag(value, at, faults);

const RFC_3339 =
  /^(?<date>\d{4}-\d\d-\d\d)[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

// The engine takes 30 February for 2 March.
const dayExists = (date: string): boolean => {
  const midnight = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
};

/** Comes back in UTC with milliseconds. */
export const instant: Rule<string> = (value, at, faults) => {
  const { date } = (typeof value === 'string' && RFC_3339.exec(value)?.groups) || {};
  const time = date !== undefined && dayExists(date) ? new Date((value as string).toUpperCase()) : undefined;
  // An offset can lead out of the four-digit years.
  if (time === undefined || !/^\d/.test(time.toISOString()))
    return refuse(at, faults, 'must be an RFC 3339 date-time with an offset, such as 2026-01-31T09:30:00Z');
  return time.toISOString();
};
