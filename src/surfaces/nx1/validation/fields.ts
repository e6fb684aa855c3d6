import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { FieldContext, type DtoClass, type FieldDocumentation } from './dto-reader.js';
import { integer, truth, type IntegerLimits } from './lax-rules.js';
import { nullable, type Rule } from './rule.js';
import { listOf, object, type ListLimits, type WholeCheck } from './structure-rules.js';
import { instant, oneOf, text, type TextLimits } from './text-rules.js';
import { uuid } from './uuid-rule.js';

/**
 * Field decorators that read like the contract: each one is a class-validator constraint whose `context` holds the rule
 * with Nx1's words for what may be wrong, and the field's entry in the OpenAPI document.
 */
interface FieldOptions {
  /** Stands for the field when it is not sent, which makes it optional; `undefined`: it stays unsaid. */
  readonly default?: unknown;
  readonly nullable?: true;
  readonly description?: string;
  readonly example?: unknown;
}

const isRequired = (options: FieldOptions): boolean => !('default' in options);

const documented = (schema: object, options: FieldOptions): FieldDocumentation => {
  const { nullable: orNull, default: fallback, description, example } = options;
  return {
    schema: {
      ...(orNull ? { anyOf: [schema, { type: 'null' }] } : schema),
      ...(fallback === undefined ? {} : { default: fallback }),
    },
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example }),
  };
};

const field = (rule: Rule, schema: object, options: FieldOptions): PropertyDecorator => {
  const whole = options.nullable ? nullable(rule) : rule;
  const accepts = (value: unknown): boolean => {
    const faults: [] = [];
    whole(value, faults);
    return faults.length === 0;
  };
  const required = isRequired(options);
  const documentation = documented(schema, options);
  const { schema: whatever, ...words } = documentation;
  return applyDecorators(
    ValidateBy(
      { name: 'nx1Field', validator: { validate: accepts } },
      { context: new FieldContext(whole, required, options.default, documentation) },
    ),
    ApiProperty({ required, ...whatever, ...words } as ApiPropertyOptions),
  );
};

const textSchema = ({ min, max, pattern }: TextLimits): object => ({
  type: 'string',
  ...(min === undefined ? {} : { minLength: min }),
  ...(max === undefined ? {} : { maxLength: max }),
  ...(pattern === undefined ? {} : { pattern: pattern.source }),
});

export const Str = (options: TextLimits & FieldOptions = {}): PropertyDecorator =>
  field(text(options), textSchema(options), options);

export const StrList = (
  options: ListLimits & { readonly items: TextLimits } & FieldOptions,
): PropertyDecorator => {
  const { items, min, max } = options;
  const schema = {
    type: 'array',
    items: textSchema(items),
    ...(min === undefined ? {} : { minItems: min }),
    maxItems: max,
  };
  return field(listOf(text(items), options), schema, options);
};

export const Enum = (values: readonly string[], options: FieldOptions = {}): PropertyDecorator =>
  field(oneOf(values), { type: 'string', enum: [...values] }, options);

export const Int = (options: IntegerLimits & FieldOptions): PropertyDecorator =>
  field(integer(options), { type: 'integer', minimum: options.min, maximum: options.max }, options);

export const Bool = (options: FieldOptions = {}): PropertyDecorator =>
  field(truth, { type: 'boolean' }, options);

export const DateTime = (options: FieldOptions = {}): PropertyDecorator =>
  field(instant, { type: 'string', format: 'date-time' }, options);

export const Uuid = (options: FieldOptions = {}): PropertyDecorator =>
  field(uuid, { type: 'string', format: 'uuid' }, options);

/** An object of its own; `check` looks at it as a whole once each of its fields is right. */
export const Model = <T extends object>(
  dto: DtoClass<T>,
  options: FieldOptions & { readonly check?: WholeCheck<T> } = {},
): PropertyDecorator => field(object(dto, options.check), { type: dto }, options);
