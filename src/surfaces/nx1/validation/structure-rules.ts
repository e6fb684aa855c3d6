import { readDto, type DtoClass } from './dto-reader.js';
import { fault, locate, type Rule } from './rule.js';

export interface ListLimits {
  readonly min?: number;
  readonly max: number;
}

const items = (count: number): string => `${count} item${count === 1 ? '' : 's'}`;

/** The length is looked at before the items, which also bounds how much a refusal can say. */
export const listOf =
  <T>(item: Rule<T>, { min = 0, max }: ListLimits): Rule<readonly T[]> =>
  (value, faults) => {
    if (!Array.isArray(value)) {
      faults.push(fault('list_type', 'Input should be a valid list', value));
      return [];
    }
    const found = value as readonly unknown[];
    const length = { field_type: 'List', actual_length: found.length };
    if (found.length > max) {
      const msg = `List should have at most ${items(max)} after validation, not ${found.length}`;
      faults.push(fault('too_long', msg, value, { ...length, max_length: max }));
      return [];
    }
    if (found.length < min) {
      const msg = `List should have at least ${items(min)} after validation, not ${found.length}`;
      faults.push(fault('too_short', msg, value, { ...length, min_length: min }));
    }
    return found.map((member, index) => {
      const before = faults.length;
      const read = item(member, faults);
      if (faults.length > before) locate(index, faults, before);
      return read;
    });
  };

/** What is wrong with an object whose fields are each right, or `undefined`. */
export type WholeCheck<T> = (read: T) => string | undefined;

export const object =
  <T extends object>(dto: DtoClass<T>, check?: WholeCheck<T>): Rule<T> =>
  (value, faults) => {
    const before = faults.length;
    const read = readDto(dto, value, faults);
    const objection = faults.length === before ? check?.(read) : undefined;
    // The contract shows the exception under `ctx.error`, emptied.
    if (objection !== undefined)
      faults.push(fault('value_error', `Value error, ${objection}`, value, { error: {} }));
    return read;
  };
