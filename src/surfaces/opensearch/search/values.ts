import { parsing } from '../refusal.js';
import { MAX_VALUES, MAX_VALUE_LENGTH } from './limits.js';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The body of a clause. @throws HttpProblem 400 */
export const objectOf = (clause: string, body: unknown): JsonObject => {
  if (!isObject(body)) throw parsing(`[${clause}] query malformed, no start_object after query name`);
  return body;
};

/** @throws HttpProblem 400 when there is a key that the clause doesn't know */
export const requireKeys = (clause: string, body: JsonObject, known: readonly string[]): void => {
  const unknown = Object.keys(body).find((key) => !known.includes(key));
  if (unknown !== undefined) throw parsing(`[${clause}] query does not support [${unknown}]`);
};

/** A text, or a number or boolean as a text. @throws HttpProblem 400 */
export const textOf = (clause: string, value: unknown): string => {
  if (Array.isArray(value)) throw parsing(`[${clause}] query does not support array of values`);
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    throw parsing(`[${clause}] query needs a string, number or boolean as its value`);
  const text = String(value);
  if (text.length > MAX_VALUE_LENGTH)
    throw parsing(`[${clause}] query has a value of more than ${MAX_VALUE_LENGTH} characters`);
  return text;
};

/** @throws HttpProblem 400 */
export const listOf = (clause: string, value: unknown): readonly unknown[] => {
  if (!Array.isArray(value)) throw parsing(`[${clause}] query requires an array of values`);
  if (value.length > MAX_VALUES) throw parsing(`[${clause}] query has more than ${MAX_VALUES} values`);
  return value as readonly unknown[];
};

/** The one field that a clause is about, and what is said of it. */
export interface FieldClause {
  readonly name: string;
  readonly body: unknown;
}

/** `{<field>: …}`. @throws HttpProblem 400 */
export const fieldClause = (clause: string, body: unknown): FieldClause => {
  const [first, second] = Object.entries(objectOf(clause, body));
  if (first === undefined) throw parsing(`[${clause}] query malformed, no field name`);
  if (second !== undefined)
    throw parsing(
      `[${clause}] query doesn't support multiple fields, found [${first[0]}] and [${second[0]}]`,
    );
  return { name: first[0], body: first[1] };
};

/** `{<field>: <value>}` or `{<field>: {<one of the keys>: <value>, <options>}}`. @throws HttpProblem 400 */
export const valueClause = (
  clause: string,
  sent: unknown,
  valueKeys: readonly string[],
  options: readonly string[] = [],
): {
  readonly name: string;
  readonly value: string;
  readonly options: JsonObject;
  readonly given: unknown;
} => {
  const { name, body } = fieldClause(clause, sent);
  if (!isObject(body)) return { name, value: textOf(clause, body), options: {}, given: body };
  requireKeys(clause, body, [...valueKeys, ...options]);
  const key = valueKeys.find((one) => Object.hasOwn(body, one));
  if (key === undefined) throw parsing(`[${clause}] query requires [${valueKeys[0]}]`);
  return { name, value: textOf(clause, body[key]), options: body, given: body[key] };
};
