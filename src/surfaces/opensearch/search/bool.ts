import type { GroupFilter } from '../../../features/model-groups/index.js';
import { leastOf } from './least.js';
import type { ClauseReader } from './scope.js';
import { objectOf, requireKeys } from './values.js';

const OCCURRENCES = ['must', 'filter', 'should', 'must_not'] as const;

export const bool: ClauseReader = (body, scope) => {
  const sent = objectOf('bool', body);
  requireKeys('bool', sent, [...OCCURRENCES, 'minimum_should_match']);
  const read = (occurrence: (typeof OCCURRENCES)[number]): readonly GroupFilter[] =>
    (sent[occurrence] === undefined ? [] : [sent[occurrence]].flat()).map((query) =>
      scope.inner('bool', query),
    );
  const needed = [...read('must'), ...read('filter')];
  const should = read('should');
  const barred = read('must_not').map((of): GroupFilter => ({ is: 'not', of }));
  // Optional clauses count only where nothing else says which groups are meant.
  const usual = should.length > 0 && needed.length === 0 ? 1 : 0;
  const least = leastOf('bool', sent['minimum_should_match'], should.length) ?? usual;
  return { is: 'and', of: [...needed, { is: 'some', of: should, least }, ...barred] };
};
