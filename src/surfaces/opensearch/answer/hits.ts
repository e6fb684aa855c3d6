import type { FoundGroup, FoundGroups } from '../../../features/model-groups/index.js';
import type { SearchRequest } from '../search/search-request.js';
import { SCORE, type SortPart } from '../search/sort.js';
import { INDEX } from './deletion.js';
import { toSource } from './group-document.js';
import { selectFields } from './select-fields.js';

const ONE_SHARD = { total: 1, successful: 1, skipped: 0, failed: 0 };

/** Of every hit: a filter has no degrees. */
const EQUAL_SCORE = 1.0;

/** The values of all parts of the sort, the score among them. */
const sortValues = (sort: readonly SortPart[], { sortValues: found }: FoundGroup): readonly unknown[] => {
  const values = [...found];
  return sort.map((part) => (part === SCORE ? EQUAL_SCORE : values.shift()));
};

/** The hits envelope. */
export const hits = (
  { total, hits: found }: FoundGroups,
  { sort, source }: SearchRequest,
  took: number,
): object => {
  const isScored = sort === undefined || sort.includes(SCORE);
  const score = isScored ? EQUAL_SCORE : null;
  return {
    took,
    timed_out: false,
    _shards: ONE_SHARD,
    hits: {
      total: { value: total, relation: 'eq' },
      max_score: found.length === 0 ? null : score,
      hits: found.map((hit) => ({
        _index: INDEX,
        _id: hit.group.modelGroupId,
        _version: hit.group.version,
        _seq_no: Number(hit.group.position),
        _primary_term: 1,
        _score: score,
        _source: selectFields(toSource(hit.group), source),
        ...(sort && { sort: sortValues(sort, hit) }),
      })),
    },
  };
};
