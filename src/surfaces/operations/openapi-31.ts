type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** OpenAPI 3.0 says `nullable: true`; in 3.1 a schema is JSON Schema, where null is a type like any other. */
const withNull = (schema: JsonObject): JsonObject => {
  const { type, enum: values } = schema;
  if (typeof type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  return {
    ...schema,
    type: [type, 'null'],
    ...(Array.isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {}),
  };
};

/** An example is data: what looks like a keyword in there is none. */
const DATA: ReadonlySet<string> = new Set(['example', 'examples', 'default', 'enum', 'const']);

/** The same description in the words of OpenAPI 3.1. */
export const toOpenApi31 = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(toOpenApi31);
  if (!isObject(value)) return value;
  const converted = Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, DATA.has(key) ? member : toOpenApi31(member)]),
  );
  const { nullable, ...schema } = converted;
  if (typeof nullable !== 'boolean') return converted;
  return nullable ? withNull(schema) : schema;
};
