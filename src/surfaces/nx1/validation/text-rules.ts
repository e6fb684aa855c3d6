import { countCharacters } from './characters.js';
import { fault, type Rule } from './rule.js';

export interface TextLimits {
  /** In characters, not in UTF-16 units. */
  readonly min?: number;
  readonly max?: number;
  /** Must have the flag `u`; its source is shown to the caller. */
  readonly pattern?: RegExp;
}

const LONE_SURROGATE = /\p{Surrogate}/u;
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A string is never made of anything else. */
export const text =
  ({ min = 0, max = Infinity, pattern }: TextLimits): Rule<string> =>
  (value, faults) => {
    if (typeof value !== 'string') {
      faults.push(fault('string_type', 'Input should be a valid string', value));
      return '';
    }
    if (LONE_SURROGATE.test(value)) {
      const msg = 'Input should be a valid string, unable to parse raw data as a unicode string';
      faults.push(fault('string_unicode', msg, value));
    } else if (value.length < min) {
      const msg = `String should have at least ${counted(min, 'character')}`;
      faults.push(fault('string_too_short', msg, value, { min_length: min }));
    } else if (value.length > max && countCharacters(value) > max) {
      const msg = `String should have at most ${counted(max, 'character')}`;
      faults.push(fault('string_too_long', msg, value, { max_length: max }));
    } else if (pattern !== undefined && !pattern.test(value)) {
      const msg = `String should match pattern '${pattern.source}'`;
      faults.push(fault('string_pattern_mismatch', msg, value, { pattern: pattern.source }));
    }
    return value;
  };

const listed = (values: readonly string[]): string => {
  const quoted = values.map((value) => `'${value}'`);
  return quoted.length < 2
    ? quoted.join('')
    : `${quoted.slice(0, -1).join(', ')} or ${String(quoted.at(-1))}`;
};

export const oneOf = <Value extends string>(values: readonly Value[]): Rule<Value> => {
  const allowed: ReadonlySet<unknown> = new Set(values);
  const expected = listed(values);
  return (value, faults) => {
    if (!allowed.has(value)) faults.push(fault('enum', `Input should be ${expected}`, value, { expected }));
    return value as Value;
  };
};

// A time without a zone could mean any instant, so it is refused rather than guessed.
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/i;

/** Comes back in UTC with milliseconds. */
export const instant: Rule<string> = (value, faults) => {
  if (typeof value !== 'string') {
    faults.push(fault('datetime_type', 'Input should be a valid datetime', value));
    return '';
  }
  const time = RFC_3339.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(time)) {
    const error = 'expected RFC 3339 with a time zone';
    faults.push(fault('datetime_parsing', `Input should be a valid datetime, ${error}`, value, { error }));
    return '';
  }
  return new Date(time).toISOString();
};
