import type { GroupOrder, SortField } from '../../../features/model-groups/index.js';
import { illegal, parsing } from '../refusal.js';
import { fieldOf } from './fields.js';
import { MAX_SORTS } from './limits.js';
import { isObject } from './values.js';

/** Every hit scores the same, so this one sorts nothing. */
export const SCORE = '_score';

/** What hits are sorted by, in the order of the answer's `sort` values. */
export type SortPart = GroupOrder | typeof SCORE;

const FIELDS: Readonly<Record<string, SortField>> = {
  _doc: 'registration',
  _id: 'id',
  'name.keyword': 'name',
  'backend_roles.keyword': 'backendRoles',
  access: 'access',
  latest_version: 'latestVersion',
  created_time: 'createdTime',
  last_updated_time: 'lastUpdatedTime',
};

const directionOf = (name: string, order: unknown): boolean => {
  const word = typeof order === 'string' ? order.toLowerCase() : undefined;
  if (word !== 'asc' && word !== 'desc') throw parsing(`[sort] needs asc or desc as the order of [${name}]`);
  return word === 'desc';
};

const optionsOf = (name: string, body: unknown): boolean | undefined => {
  if (!isObject(body)) return directionOf(name, body);
  const unknown = Object.keys(body).find((key) => key !== 'order');
  if (unknown !== undefined) throw parsing(`[sort] does not support [${unknown}]`);
  return body['order'] === undefined ? undefined : directionOf(name, body['order']);
};

const partOf = (name: string, descending: boolean | undefined): SortPart => {
  if (name === SCORE) return SCORE;
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (field !== undefined) return { field, descending: descending ?? false };
  if (fieldOf(name, { path: 'group' })?.as === 'words')
    throw illegal(
      `Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword field instead of [${name}].`,
    );
  throw illegal(`No mapping found for [${name}] in order to sort on`);
};

/** `"<field>"`, `{<field>: "desc"}`, `{<field>: {order: "desc"}}`, or a list of them. @throws HttpProblem 400 */
export const readSort = (sent: unknown): readonly SortPart[] => {
  const parts = [sent].flat().flatMap((part: unknown): SortPart[] => {
    if (typeof part === 'string') return [partOf(part, undefined)];
    if (!isObject(part)) throw parsing('[sort] must be a field, an object, or a list of them');
    return Object.entries(part).map(([name, body]) => partOf(name, optionsOf(name, body)));
  });
  if (parts.length > MAX_SORTS) throw parsing(`[sort] has more than ${MAX_SORTS} fields`);
  return parts;
};
