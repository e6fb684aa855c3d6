import { refuse, type Rule } from './rule.js';

const MAX_LIST_ITEMS = 1000;

/** A query parameter that is given once. */
export const once =
  <T>(rule: Rule<T>): Rule<T> =>
  (value, at, faults) =>
    Array.isArray(value) ? refuse(at, faults, 'must be given once') : rule(value, at, faults);

/** Repeated parameters, each perhaps several values with commas between. */
export const values =
  <T>(rule: Rule<T>): Rule<readonly T[]> =>
  (value, at, faults) => {
    const found = [value].flat().flatMap((part) => String(part).split(','));
    if (found.length > MAX_LIST_ITEMS)
      return refuse(at, faults, `must have at most ${MAX_LIST_ITEMS} values`);
    return found.map((member) => rule(member, at, faults));
  };

/** Decimal digits. */
export const wholeNumber =
  (min: number, max: number): Rule<number> =>
  (value, at, faults) => {
    const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    const bounds = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
    return refuse(at, faults, `must be a whole number, ${bounds}`);
  };
