import type { GroupFilter } from '../../../features/model-groups/index.js';
import type { Selection } from '../answer/select-fields.js';
import { illegal, parsing } from '../refusal.js';
import { MAX_WINDOW } from './limits.js';
import { readQuery } from './query.js';
import { readSort, type SortPart } from './sort.js';
import { readSource } from './source.js';
import { isObject } from './values.js';

export interface SearchRequest {
  readonly filter: GroupFilter;
  readonly from: number;
  readonly size: number;
  /** `undefined`: by score. */
  readonly sort: readonly SortPart[] | undefined;
  readonly source: Selection;
}

const DEFAULT_SIZE = 10;
const KEYS: readonly string[] = ['query', 'from', 'size', 'sort', '_source'];

const tokenOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'START_ARRAY';
  if (value === null) return 'VALUE_NULL';
  return typeof value === 'object' ? 'START_OBJECT' : `VALUE_${(typeof value).toUpperCase()}`;
};

const unknownKey = (key: string, value: unknown): Error =>
  parsing(`Unknown key for a ${tokenOf(value)} in [${key}].`);

const countOf = (key: string, value: unknown, fallback: number): number => {
  if (value === undefined) return fallback;
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) throw unknownKey(key, value);
  if (number < 0) throw illegal(`[${key}] parameter cannot be negative, found [${number}]`);
  return number;
};

/** @throws HttpProblem 400 that names what is not known or not well-formed */
export const readSearch = (body: unknown, now: Date): SearchRequest => {
  if (!isObject(body)) throw parsing(`Expected [START_OBJECT] but found [${tokenOf(body)}]`);
  const unknown = Object.keys(body).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw unknownKey(unknown, body[unknown]);
  const { query, sort } = body;
  if (query !== undefined && !isObject(query)) throw unknownKey('query', query);
  const from = countOf('from', body['from'], 0);
  const size = countOf('size', body['size'], DEFAULT_SIZE);
  if (from + size > MAX_WINDOW)
    throw illegal(
      `Result window is too large, from + size must be less than or equal to: [${MAX_WINDOW}] but was [${from + size}].`,
    );
  return {
    filter: query === undefined ? { is: 'all' } : readQuery(query, now),
    from,
    size,
    sort: sort === undefined ? undefined : readSort(sort),
    source: readSource(body['_source']),
  };
};
