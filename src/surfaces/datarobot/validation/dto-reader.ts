import { getMetadataStorage } from 'class-validator';
import type { FieldError } from '../../../platform/http/problem.js';
import { isObject, refuse, type Place, type Rule } from './rule.js';

export type DtoClass<T extends object = object> = new () => T;

/** What a field decorator leaves in class-validator's metadata, as the `context` of its constraint. */
export class FieldContext {
  constructor(
    readonly rule: Rule,
    readonly required: boolean,
    /** Stands for an optional field that was not sent. */
    readonly fallback: unknown,
  ) {}
}

interface Field {
  readonly name: string;
  readonly context: FieldContext;
}

const plans = new WeakMap<DtoClass, readonly Field[]>();

/** class-validator's metadata of one DTO, made into a list once: to walk it anew for each request costs more than all else. */
const planOf = (dto: DtoClass): readonly Field[] => {
  const known = plans.get(dto);
  if (known !== undefined) return known;
  const plan = getMetadataStorage()
    .getTargetValidationMetadatas(dto, '', false, false)
    .map(({ propertyName, context }: { propertyName: string; context?: unknown }) => {
      if (!(context instanceof FieldContext))
        throw new Error(`${dto.name}.${propertyName} is not declared by this surface's decorators`);
      return { name: propertyName, context };
    });
  plans.set(dto, plan);
  return plan;
};

const own = (input: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(input, name) ? input[name] : undefined;

/** Every declared field, all faults at once; what is not declared is ignored. */
export const readDto = <T extends object>(
  dto: DtoClass<T>,
  input: unknown,
  at: Place,
  faults: FieldError[],
): T => {
  const read = new dto();
  if (!isObject(input)) return refuse(at, faults, 'must be a JSON object');
  const target = read as Record<string, unknown>;
  for (const { name, context } of planOf(dto)) {
    const value = own(input, name);
    if (value !== undefined) target[name] = context.rule(value, [...at, name], faults);
    else if (context.required) refuse([...at, name], faults, 'is required');
    else target[name] = context.fallback;
  }
  return read;
};

/** As {@link readDto}, but a field that is not declared is a fault. */
export const readStrictDto = <T extends object>(
  dto: DtoClass<T>,
  input: unknown,
  at: Place,
  faults: FieldError[],
): T => {
  const read = readDto(dto, input, at, faults);
  if (!isObject(input)) return read;
  const fields = planOf(dto).map(({ name }) => name);
  for (const name of Object.keys(input)) {
    if (!fields.includes(name))
      refuse([...at, name], faults, `is not known here; the fields are ${fields.join(', ')}`);
  }
  return read;
};
