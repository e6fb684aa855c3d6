import { fault, type Rule } from './rule.js';

export interface IntegerLimits {
  readonly min: number;
  readonly max: number;
}

const INTEGER_TEXT = /^\s*[+-]?\d+(?:_\d+)*(?:\.0+)?\s*$/;

const MESSAGES = {
  int_type: 'Input should be a valid integer',
  int_parsing: 'Input should be a valid integer, unable to parse string as an integer',
  int_from_float: 'Input should be a valid integer, got a number with a fractional part',
  finite_number: 'Input should be a finite number',
} as const;

/** The number meant, or the type of the fault. */
const readInteger = (value: unknown): number | keyof typeof MESSAGES => {
  switch (typeof value) {
    case 'number':
      if (!Number.isFinite(value)) return 'finite_number';
      return Number.isInteger(value) ? value : 'int_from_float';
    case 'boolean':
      return Number(value);
    case 'string':
      return INTEGER_TEXT.test(value) ? Number(value.replaceAll('_', '')) : 'int_parsing';
    default:
      return 'int_type';
  }
};

/** Also from a text, or from `true` and `false`, as Nx1 takes them. */
export const integer =
  ({ min, max }: IntegerLimits): Rule<number> =>
  (value, faults) => {
    const read = readInteger(value);
    if (typeof read === 'string') {
      faults.push(fault(read, MESSAGES[read], value));
      return 0;
    }
    if (read < min) {
      const msg = `Input should be greater than or equal to ${min}`;
      faults.push(fault('greater_than_equal', msg, value, { ge: min }));
    } else if (read > max) {
      const msg = `Input should be less than or equal to ${max}`;
      faults.push(fault('less_than_equal', msg, value, { le: max }));
    }
    return read;
  };

const TRUE: ReadonlySet<unknown> = new Set([1, '1', 'on', 't', 'true', 'y', 'yes']);
const FALSE: ReadonlySet<unknown> = new Set([0, '0', 'off', 'f', 'false', 'n', 'no']);

/** Also from the words for yes and no that Nx1 takes. */
export const truth: Rule<boolean> = (value, faults) => {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  if (TRUE.has(word)) return true;
  if (FALSE.has(word)) return false;
  const readable = typeof value === 'string' || Number.isInteger(value);
  faults.push(
    readable
      ? fault('bool_parsing', 'Input should be a valid boolean, unable to interpret input', value)
      : fault('bool_type', 'Input should be a valid boolean', value),
  );
  return false;
};
