import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { FieldContext, readDto, type DtoClass } from './dto-reader.js';
import { listOf, nullable, type ListLimits, type Rule } from './rule.js';
import { flag, instant, looseFlag, oneOf, spelled, text, type TextLimits } from './text-rules.js';

/**
 * Field decorators that read like the contract: each one is a class-validator constraint whose `context` holds the rule,
 * and the field's entry in the OpenAPI document.
 */
interface FieldOptions {
  /** May be left out; `fallback` stands for it then. */
  readonly optional?: true;
  readonly fallback?: unknown;
  readonly nullable?: true;
  readonly description?: string;
  readonly example?: unknown;
}

export const field = (rule: Rule, schema: object, options: FieldOptions): PropertyDecorator => {
  const { optional = false, nullable: orNull = false, fallback, description, example } = options;
  const whole = orNull ? nullable(rule) : rule;
  const accepts = (value: unknown): boolean => {
    const faults: [] = [];
    whole(value, [], faults);
    return faults.length === 0;
  };
  return applyDecorators(
    ValidateBy(
      { name: 'dataRobotField', validator: { validate: accepts } },
      { context: new FieldContext(whole, !optional, fallback) },
    ),
    ApiProperty({
      required: !optional,
      ...schema,
      ...(orNull && { nullable: true }),
      ...(description !== undefined && { description }),
      ...(example !== undefined && { example }),
    } as ApiPropertyOptions),
  );
};

const textSchema = ({ min, max }: TextLimits): object => ({
  type: 'string',
  ...(min !== undefined && { minLength: min }),
  maxLength: max,
});

export const Text = (options: TextLimits & FieldOptions): PropertyDecorator =>
  field(text(options), textSchema(options), options);

export const TextList = (
  options: ListLimits & { readonly items: TextLimits } & FieldOptions,
): PropertyDecorator => {
  const { items, min, max } = options;
  const schema = {
    type: 'array',
    items: textSchema(items),
    ...(min !== undefined && { minItems: min }),
    maxItems: max,
  };
  return field(listOf(text(items), options), schema, options);
};

/** Taken in three spellings, answered in camelCase. */
export const Spelled = (words: readonly string[], options: FieldOptions = {}): PropertyDecorator =>
  field(
    spelled(words),
    {
      type: 'string',
      enum: [...words],
    },
    { description: 'PascalCase and UPPER_SNAKE are taken as well', ...options },
  );

export const OneOf = (words: readonly string[], options: FieldOptions = {}): PropertyDecorator =>
  field(oneOf(words), { type: 'string', enum: [...words] }, options);

export const Flag = (options: FieldOptions = {}): PropertyDecorator =>
  field(flag, { type: 'boolean' }, options);

export const LooseFlag = (options: FieldOptions = {}): PropertyDecorator =>
  field(
    looseFlag,
    { oneOf: [{ type: 'string', enum: ['false', 'False', 'true', 'True'] }, { type: 'boolean' }] },
    options,
  );

export const Instant = (options: FieldOptions = {}): PropertyDecorator =>
  field(instant, { type: 'string', format: 'date-time' }, options);

const nested =
  <T extends object>(dto: DtoClass<T>): Rule<T> =>
  (value, at, faults) =>
    readDto(dto, value, at, faults);

export const Nested = <T extends object>(dto: DtoClass<T>, options: FieldOptions = {}): PropertyDecorator =>
  field(nested(dto), { type: dto }, options);

export const NestedList = <T extends object>(
  dto: DtoClass<T>,
  options: ListLimits & FieldOptions,
): PropertyDecorator => {
  const { min, max } = options;
  const schema = { type: [dto], ...(min !== undefined && { minItems: min }), maxItems: max };
  return field(listOf(nested(dto), options), schema, options);
};
