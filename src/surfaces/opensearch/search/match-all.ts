import type { ClauseReader } from './scope.js';
import { objectOf, requireKeys } from './values.js';

export const matchAll: ClauseReader = (body) => {
  requireKeys('match_all', objectOf('match_all', body), []);
  return { is: 'all' };
};
