import type { Range } from '../../../features/model-groups/index.js';
import { parsing } from '../refusal.js';
import { instantsOf } from './date-math.js';
import { fieldOf, NOTHING, numberOf, type SearchField } from './fields.js';
import type { ClauseReader } from './scope.js';
import { fieldClause, objectOf, requireKeys, textOf } from './values.js';

const BOUNDS = ['gt', 'gte', 'lt', 'lte'] as const;
type Bound = (typeof BOUNDS)[number];

/** What is spelt out in part lies inside of `gte` and `lte`, outside of `gt` and `lt`. */
const boundOf = (
  bound: Bound,
  name: string,
  { as }: SearchField,
  text: string,
  now: Date,
): string | number => {
  if (as === 'number') return numberOf('range', name, text);
  if (as !== 'date') return text;
  const { first, last } = instantsOf('range', name, text, now);
  return bound === 'gte' || bound === 'lt' ? first : last;
};

export const range: ClauseReader = (body, scope) => {
  const { name, body: sent } = fieldClause('range', body);
  const given = objectOf('range', sent);
  requireKeys('range', given, BOUNDS);
  if (name === '_id') throw parsing('[range] field [_id] does not support range queries');
  const field = fieldOf(name, scope);
  const bounds = BOUNDS.filter((bound) => given[bound] !== undefined && given[bound] !== null).map(
    (bound) => [bound, textOf('range', given[bound])] as const,
  );
  if (field === undefined) return NOTHING;
  if (field.as === 'words') scope.countWalk('range');
  const read = bounds.map(([bound, text]) => [bound, boundOf(bound, name, field, text, scope.now)] as const);
  return { is: 'within', field: field.field, range: Object.fromEntries(read) as Range };
};
