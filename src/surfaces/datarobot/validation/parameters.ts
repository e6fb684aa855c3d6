import { field } from './fields.js';
import { once } from './query-rules.js';
import type { Rule } from './rule.js';

interface ParameterOptions {
  readonly required?: true;
  /** Stands for the parameter when it is not given; else it is `undefined`. */
  readonly fallback?: unknown;
  readonly description?: string;
}

/** A query parameter that may be given once; `schema` describes it in the OpenAPI document. */
export const Param = (rule: Rule, schema: object, options: ParameterOptions = {}): PropertyDecorator => {
  const { required, fallback, description } = options;
  const schemaWithDefault = fallback === undefined ? schema : { ...schema, default: fallback };
  return field(once(rule), schemaWithDefault, {
    ...(required === undefined && { optional: true }),
    fallback,
    ...(description !== undefined && { description }),
  });
};

/** A query parameter that may be repeated, each time with several values. */
export const Params = (rule: Rule, schema: object, description: string): PropertyDecorator =>
  field(rule, schema, { optional: true, description });
