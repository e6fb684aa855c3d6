import type { FieldError } from '../../../platform/http/problem.js';

export type Place = FieldError['location'];

/**
 * Reads one value at its place in the request. What is wrong goes to `faults`, and what comes back then is of no use;
 * otherwise the value to work with comes back, in its one canonical form.
 */
export type Rule<T = unknown> = (value: unknown, at: Place, faults: FieldError[]) => T;

/** Notes what is wrong; typed so that a rule may return it. */
export const refuse = (at: Place, faults: FieldError[], message: string): never => {
  faults.push({ location: at, message });
  return undefined as never;
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `null` passes as it is. */
export const nullable =
  <T>(rule: Rule<T>): Rule<T | null> =>
  (value, at, faults) =>
    value === null ? null : rule(value, at, faults);

export interface ListLimits {
  readonly min?: number;
  readonly max: number;
}

const items = (count: number): string => `${count} item${count === 1 ? '' : 's'}`;

export const listOf =
  <T>(item: Rule<T>, { min = 0, max }: ListLimits): Rule<readonly T[]> =>
  (value, at, faults) => {
    if (!Array.isArray(value)) return refuse(at, faults, 'must be a list');
    const found = value as readonly unknown[];
    // Before the items are looked at: that bounds how much a refusal can say.
    if (found.length > max) return refuse(at, faults, `must have at most ${items(max)}`);
    if (found.length < min) return refuse(at, faults, `must have at least ${items(min)}`);
    return found.map((member, index) => item(member, [...at, index], faults));
  };
