import type { GroupField, ListField, SortField } from './filter.js';

/** Longer texts are not compared as a whole, nor sorted by. */
export const LONGEST_COMPARED = 256;

type Column =
  | { readonly kind: 'text' | 'number'; readonly sql: string }
  /** Members of a JSON list; `sql` is the list. */
  | { readonly kind: 'list'; readonly sql: string; readonly path: string; readonly short: boolean };

const list = (sql: string, path = '$', short = false): Column => ({ kind: 'list', sql, path, short });

/** Where each field stands. Everything that gets into a statement as text is written here, and nothing else ever is. */
const COLUMNS: Readonly<Record<GroupField, Column>> = {
  id: { kind: 'text', sql: 'g.group_id' },
  name: { kind: 'text', sql: `iif(length(g.name) <= ${LONGEST_COMPARED}, g.name, NULL)` },
  access: { kind: 'text', sql: 'g.access' },
  latestVersion: { kind: 'number', sql: 'g.latest_version' },
  createdTime: { kind: 'number', sql: 'g.created_time' },
  lastUpdatedTime: { kind: 'number', sql: 'g.last_updated_time' },
  backendRoles: list('g.backend_roles', '$', true),
  nameWords: list('g.name_words'),
  descriptionWords: list('g.description_words'),
  backendRolesWords: list('g.backend_roles_words'),
  ownerName: {
    kind: 'text',
    sql: `iif(length(g.owner ->> '$.name') <= ${LONGEST_COMPARED}, g.owner ->> '$.name', NULL)`,
  },
  ownerBackendRoles: list('g.owner', '$.backendRoles', true),
  ownerRoles: list('g.owner', '$.roles', true),
  ownerNameWords: list('g.owner_words', '$.name'),
  ownerBackendRolesWords: list('g.owner_words', '$.backendRoles'),
  ownerRolesWords: list('g.owner_words', '$.roles'),
};

/** A condition about one value; `?` stands for its parameters. */
type About = (value: string) => string;

/** Whether some value of the field is such a one: never NULL. */
export const someValue = (field: GroupField, about: About): string => {
  const column = COLUMNS[field];
  if (column.kind !== 'list') return `(${about(column.sql)}) IS TRUE`;
  const short = column.short ? `length(e.value) <= ${LONGEST_COMPARED} AND ` : '';
  return `EXISTS (SELECT 1 FROM json_each(${column.sql}, '${column.path}') AS e WHERE ${short}(${about('e.value')}) IS TRUE)`;
};

/** The JSON text of a list of words. */
export const jsonOf = (field: ListField): string => {
  const column = COLUMNS[field];
  if (column.kind !== 'list') throw new Error(`${field} is no list`);
  return `(${column.sql} -> '${column.path}')`;
};

export const isNumber = (field: GroupField): boolean => COLUMNS[field].kind === 'number';

/** What a group is sorted by; of several values the least, or the greatest when descending. */
export const sortKey = (field: SortField, descending: boolean): string => {
  if (field === 'registration') return 'g.registered_at_position';
  const column = COLUMNS[field];
  if (column.kind !== 'list') return column.sql;
  const pick = descending ? 'max' : 'min';
  return `(SELECT ${pick}(e.value) FROM json_each(${column.sql}, '${column.path}') AS e WHERE length(e.value) <= ${LONGEST_COMPARED})`;
};
