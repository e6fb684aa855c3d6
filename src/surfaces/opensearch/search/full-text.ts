import { wordsOf, type GroupFilter } from '../../../features/model-groups/index.js';
import { parsing } from '../refusal.js';
import { equals, fieldOf, NOTHING } from './fields.js';
import { leastOf } from './least.js';
import type { ClauseReader } from './scope.js';
import { valueClause } from './values.js';

const isAnd = (operator: unknown): boolean => {
  if (operator === undefined) return false;
  const word = typeof operator === 'string' ? operator.toLowerCase() : undefined;
  if (word !== 'and' && word !== 'or') throw parsing('[match] query needs and or or as its [operator]');
  return word === 'and';
};

/** Some of the words, in any order; or all of them. */
export const match: ClauseReader = (body, scope) => {
  const { name, value, options } = valueClause(
    'match',
    body,
    ['query'],
    ['operator', 'minimum_should_match'],
  );
  const and = isAnd(options['operator']);
  const field = fieldOf(name, scope);
  if (field === undefined) return NOTHING;
  if (field.as !== 'words') return equals('match', name, field, value, scope.now);
  const words = [...new Set(wordsOf(value))];
  if (words.length === 0) return NOTHING;
  scope.count('match', words.length - 1);
  const of = words.map((word): GroupFilter => ({ is: 'phrase', field: field.field, words: [word] }));
  if (and) return { is: 'and', of };
  const least = leastOf('match', options['minimum_should_match'], words.length) ?? 1;
  return { is: 'some', of, least: Math.max(1, least) };
};

/** The words, one after the other. */
export const matchPhrase: ClauseReader = (body, scope) => {
  const { name, value } = valueClause('match_phrase', body, ['query']);
  const field = fieldOf(name, scope);
  if (field === undefined) return NOTHING;
  if (field.as !== 'words') return equals('match_phrase', name, field, value, scope.now);
  const words = wordsOf(value);
  return words.length === 0 ? NOTHING : { is: 'phrase', field: field.field, words };
};
