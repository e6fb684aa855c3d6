/** A JSON Schema (2020-12), as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

interface AnySchema {
  readonly json: JsonSchema;
  /** There for the compiler alone, never set. */
  readonly value?: unknown;
}

/** The JSON Schema of the values of one type. */
export interface Schema<Value> extends AnySchema {
  readonly value?: Value;
}

/** The type that a schema describes. */
export type ValueOf<Described extends AnySchema> = Exclude<Described['value'], undefined>;

type Plain<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : Value extends readonly (infer Item)[]
    ? readonly Plain<Item>[]
    : { readonly [Key in keyof Value]: Plain<Value[Key]> };
type Same<Left, Right> =
  (<Any>() => Any extends Left ? 1 : 2) extends <Any>() => Any extends Right ? 1 : 2 ? true : false;

/** Whether a schema describes exactly this type, to the last member and whether it may be absent. */
export type Describes<Described extends AnySchema, Value> = Same<Plain<ValueOf<Described>>, Plain<Value>>;

type Members = Readonly<Record<string, AnySchema>>;
type Flat<Value> = { readonly [Key in keyof Value]: Value[Key] };
type ObjectOf<Required extends Members, Optional extends Members> = Flat<
  { readonly [Key in keyof Required]: ValueOf<Required[Key]> } & {
    readonly [Key in keyof Optional]?: ValueOf<Optional[Key]>;
  }
>;

const schema = <Value>(json: JsonSchema): Schema<Value> => ({ json });

export const text: Schema<string> = schema({ type: 'string' });
/** RFC 3339, UTC. */
export const instant: Schema<string> = schema({ type: 'string', format: 'date-time' });
export const uuid: Schema<string> = schema({ type: 'string', format: 'uuid' });
/** A log position. */
export const position: Schema<string> = schema({ type: 'string', pattern: String.raw`^-?\d+$` });
export const flag: Schema<boolean> = schema({ type: 'boolean' });
export const nothing: Schema<null> = schema({ type: 'null' });

export const whole = (minimum: number): Schema<number> => schema({ type: 'integer', minimum });

export const exactly = <const Value extends string | number>(value: Value): Schema<Value> =>
  schema({ const: value });

export const oneOf = <const Value extends string>(...values: readonly Value[]): Schema<Value> =>
  schema({ enum: values });

export const listOf = <Item extends AnySchema>(items: Item): Schema<readonly ValueOf<Item>[]> =>
  schema({ type: 'array', items: items.json });

/** A list in which each place has its meaning. */
export const rowOf = <const Items extends readonly AnySchema[]>(
  ...items: Items
): Schema<{ readonly [Index in keyof Items]: ValueOf<Items[Index]> }> =>
  schema({
    type: 'array',
    prefixItems: items.map(({ json }) => json),
    items: false,
    minItems: items.length,
  });

/** An object whose names are data. */
export const mapOf = <Item extends AnySchema>(
  items: Item,
): Schema<{ readonly [name: string]: ValueOf<Item> }> =>
  schema({ type: 'object', additionalProperties: items.json });

export const orNull = <Described extends AnySchema>(
  described: Described,
): Schema<ValueOf<Described> | null> => schema({ anyOf: [described.json, nothing.json] });

export const anyOf = <const Choices extends readonly AnySchema[]>(
  ...choices: Choices
): Schema<ValueOf<Choices[number]>> => schema({ anyOf: choices.map(({ json }) => json) });

/** Members that are not named may be added later: whoever reads has to pass over what he does not know. */
export const object = <Required extends Members, Optional extends Members = Record<never, never>>(
  required: Required,
  optional?: Optional,
): Schema<ObjectOf<Required, Optional>> => {
  const members = Object.entries({ ...required, ...optional });
  return schema({
    type: 'object',
    required: Object.keys(required),
    properties: Object.fromEntries(members.map(([name, { json }]) => [name, json])),
  });
};
