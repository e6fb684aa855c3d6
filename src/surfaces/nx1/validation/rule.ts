import type { FieldError } from '../../../platform/http/problem.js';

/**
 * Reads one value. What is wrong with it goes to `faults`, located relative to the value; what comes back then is of no
 * use. Otherwise the value to work with comes back, converted where the contract is lax.
 */
export type Rule<T = unknown> = (value: unknown, faults: FieldError[]) => T;

/** A fault of the very value a rule looks at. `type`, `msg` and `ctx` are the words of Nx1's 422 body. */
export const fault = (
  type: string,
  msg: string,
  input: unknown,
  ctx?: Readonly<Record<string, unknown>>,
): FieldError => ({ location: [], code: type, message: msg, input, ...(ctx && { context: ctx }) });

/** Says of the faults found since `from` that they lie under `key`. */
export const locate = (key: string | number, faults: FieldError[], from: number): void => {
  for (const [index, found] of faults.entries()) {
    if (index >= from) faults[index] = { ...found, location: [key, ...found.location] };
  }
};

/** `null` passes as it is. */
export const nullable =
  <T>(rule: Rule<T>): Rule<T | null> =>
  (value, faults) =>
    value === null ? null : rule(value, faults);
