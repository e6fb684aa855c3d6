import { phraseJson } from '../words.js';
import { isNumber, jsonOf, someValue } from './columns.js';
import type { GroupField, GroupFilter, PatternPart, Range } from './filter.js';

export type SqlParameter = string | number;

/** A condition on `model_groups AS g` that is 0 or 1, never NULL. */
export interface Condition {
  readonly sql: string;
  readonly parameters: readonly SqlParameter[];
}

const ALL: Condition = { sql: '1', parameters: [] };
const NONE: Condition = { sql: '0', parameters: [] };

const about = (
  field: GroupField,
  sql: (value: string) => string,
  ...parameters: SqlParameter[]
): Condition => ({
  sql: someValue(field, sql),
  parameters,
});

const joined = (conditions: readonly Condition[], by: 'AND' | '+'): Condition => ({
  sql: `(${conditions.map(({ sql }) => (by === '+' ? `(${sql})` : sql)).join(` ${by} `)})`,
  parameters: conditions.flatMap(({ parameters }) => parameters),
});

/** Brackets make what GLOB would take for a wildcard stand for itself. */
const toGlob = (parts: readonly PatternPart[]): string =>
  parts
    .map((part) => {
      if (part === 'any') return '*';
      return part === 'one' ? '?' : part.text.replace(/[*?[]/g, '[$&]');
    })
    .join('');

const COMPARISONS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

const within = (field: GroupField, range: Range): Condition => {
  const bounds = (Object.keys(COMPARISONS) as (keyof Range)[]).flatMap((key) => {
    const bound = range[key];
    return bound === undefined ? [] : [{ comparison: COMPARISONS[key], bound }];
  });
  if (bounds.length === 0) return compile({ is: 'exists', field });
  if (!bounds.every(({ bound }) => canBeStored(bound))) return NONE;
  return about(
    field,
    (value) => bounds.map(({ comparison }) => `${value} ${comparison} ?`).join(' AND '),
    ...bounds.map(({ bound }) => bound),
  );
};

/** SQLite may end a text at its first NUL and so find `a` for `a\0b`; nothing is stored that has one. */
// oxlint-disable-next-line no-control-regex
const canBeStored = (value: string | number): boolean => !/[\u0000\p{Surrogate}]/u.test(String(value));

/** Both sides of a comparison must have the same type, or SQLite puts all numbers before all texts. */
const comparable = (field: GroupField, values: readonly (string | number)[]): readonly (string | number)[] =>
  isNumber(field)
    ? values.filter((value) => typeof value === 'number')
    : values.map(String).filter(canBeStored);

/** The filter as a condition of SQL. Whatever was sent stands in its parameters, nothing of it in the statement. */
export const compile = (filter: GroupFilter): Condition => {
  switch (filter.is) {
    case 'all':
      return ALL;
    case 'none':
      return NONE;
    case 'and':
      return filter.of.length === 0 ? ALL : joined(filter.of.map(compile), 'AND');
    case 'some': {
      const { of, least } = filter;
      if (least <= 0) return ALL;
      if (least > of.length) return NONE;
      if (least === of.length) return joined(of.map(compile), 'AND');
      const { sql, parameters } = joined(of.map(compile), '+');
      return { sql: `(${sql} >= ?)`, parameters: [...parameters, least] };
    }
    case 'not': {
      const { sql, parameters } = compile(filter.of);
      return { sql: `(NOT ${sql})`, parameters };
    }
    case 'owner':
      return joined([{ sql: '(g.owner IS NOT NULL)', parameters: [] }, compile(filter.of)], 'AND');
    case 'oneOf': {
      const values = comparable(filter.field, filter.values);
      const [only] = values;
      if (only === undefined) return NONE;
      if (values.length === 1) return about(filter.field, (value) => `${value} = ?`, only);
      const list = JSON.stringify(values);
      return about(filter.field, (value) => `${value} IN (SELECT value FROM json_each(?))`, list);
    }
    case 'phrase':
      return {
        sql: `(instr(${jsonOf(filter.field)}, ?) > 0) IS TRUE`,
        parameters: [phraseJson(filter.words)],
      };
    case 'prefix': {
      const { field, prefix } = filter;
      if (!canBeStored(prefix)) return NONE;
      return about(field, (value) => `substr(${value}, 1, length(?)) = ?`, prefix, prefix);
    }
    case 'pattern': {
      const glob = toGlob(filter.parts);
      return canBeStored(glob) ? about(filter.field, (value) => `${value} GLOB ?`, glob) : NONE;
    }
    case 'exists':
      return about(filter.field, (value) => `${value} IS NOT NULL`);
    case 'within':
      return within(filter.field, filter.range);
  }
};
