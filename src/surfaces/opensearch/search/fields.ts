import {
  wordsOf,
  type GroupFilter,
  type ListField,
  type NumberField,
  type TextField,
  type WordsField,
} from '../../../features/model-groups/index.js';
import { parsing } from '../refusal.js';
import { instantsOf } from './date-math.js';
import type { Path, Scope } from './scope.js';

/** How a field is compared: word by word, as a whole, as a number, or as a time. */
export type SearchField =
  | { readonly as: 'words'; readonly field: WordsField }
  | { readonly as: 'keyword'; readonly field: TextField | ListField }
  | { readonly as: 'number'; readonly field: NumberField }
  | { readonly as: 'date'; readonly field: NumberField };

const words = (field: WordsField): SearchField => ({ as: 'words', field });
const keyword = (field: TextField | ListField): SearchField => ({ as: 'keyword', field });
const date = (field: NumberField): SearchField => ({ as: 'date', field });

const FIELDS: Readonly<Record<Path, Readonly<Record<string, SearchField>>>> = {
  group: {
    _id: keyword('id'),
    name: words('nameWords'),
    'name.keyword': keyword('name'),
    description: words('descriptionWords'),
    backend_roles: words('backendRolesWords'),
    'backend_roles.keyword': keyword('backendRoles'),
    access: keyword('access'),
    latest_version: { as: 'number', field: 'latestVersion' },
    created_time: date('createdTime'),
    last_updated_time: date('lastUpdatedTime'),
  },
  owner: {
    'owner.name': words('ownerNameWords'),
    'owner.name.keyword': keyword('ownerName'),
    'owner.backend_roles': words('ownerBackendRolesWords'),
    'owner.backend_roles.keyword': keyword('ownerBackendRoles'),
    'owner.roles': words('ownerRolesWords'),
    'owner.roles.keyword': keyword('ownerRoles'),
  },
};

/** `undefined`: no group has such a field, so nothing that is asked about it is so. */
export const fieldOf = (name: string, { path }: Pick<Scope, 'path'>): SearchField | undefined =>
  Object.hasOwn(FIELDS[path], name) ? FIELDS[path][name] : undefined;

export const NOTHING: GroupFilter = { is: 'none' };

/** @throws HttpProblem 400 */
export const numberOf = (clause: string, name: string, value: string): number => {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number))
    throw parsing(`[${clause}] failed to parse value [${value}] for field [${name}]`);
  return number;
};

/** What is exactly so: the word, the text, the number, or a time within what was spelt out of it. */
export const equals = (
  clause: string,
  name: string,
  { as, field }: SearchField,
  value: string,
  now: Date,
): GroupFilter => {
  if (as === 'date') {
    const { first, last } = instantsOf(clause, name, value, now);
    return { is: 'within', field, range: { gte: first, lte: last } };
  }
  if (as === 'words') {
    const [word, ...others] = wordsOf(value);
    return word === value && others.length === 0 ? { is: 'phrase', field, words: [word] } : NOTHING;
  }
  const values = [as === 'number' ? numberOf(clause, name, value) : value];
  return { is: 'oneOf', field, values };
};
