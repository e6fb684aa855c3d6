import { getMetadataStorage } from 'class-validator';
import type { FieldError } from '../../../platform/http/problem.js';
import { fault, locate, type Rule } from './rule.js';

export type DtoClass<T extends object = object> = new () => T;

export interface FieldDocumentation {
  readonly schema: object;
  readonly description?: string;
  readonly example?: unknown;
}

/** What a field decorator leaves in class-validator's metadata, as the `context` of its constraint. */
export class FieldContext {
  constructor(
    readonly rule: Rule,
    readonly required: boolean,
    /** Stands for an optional field that was not sent. */
    readonly fallback: unknown,
    /** The field in the OpenAPI document. */
    readonly documentation: FieldDocumentation,
  ) {}
}

export interface Field {
  readonly name: string;
  readonly context: FieldContext;
}

const plans = new WeakMap<DtoClass, readonly Field[]>();

/**
 * class-validator's metadata of one DTO as a flat list in the order of the fields. Made once per class: walking the
 * metadata anew for each request, as class-validator's own executor does, costs more than all the rest of a request.
 */
export const planOf = (dto: DtoClass): readonly Field[] => {
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

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fields in declared order, all faults at once, extra keys ignored. */
export const readDto = <T extends object>(dto: DtoClass<T>, input: unknown, faults: FieldError[]): T => {
  const read = new dto();
  if (!isObject(input)) {
    const msg = 'Input should be a valid dictionary or object to extract fields from';
    faults.push(fault('model_attributes_type', msg, input));
    return read;
  }
  const target = read as Record<string, unknown>;
  for (const { name, context } of planOf(dto)) {
    const value = input[name];
    if (value !== undefined) {
      const before = faults.length;
      target[name] = context.rule(value, faults);
      if (faults.length > before) locate(name, faults, before);
    } else if (context.required) {
      faults.push({ ...fault('missing', 'Field required', input), location: [name] });
    } else target[name] = context.fallback;
  }
  return read;
};
