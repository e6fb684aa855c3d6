import { parsing } from '../refusal.js';
import type { ClauseReader } from './scope.js';
import { objectOf, requireKeys, textOf } from './values.js';

/** The one object inside of a group that is asked about by itself. */
const OWNER = 'owner';

export const nested: ClauseReader = (body, scope) => {
  const sent = objectOf('nested', body);
  requireKeys('nested', sent, ['path', 'query']);
  if (sent['path'] === undefined) throw parsing("[nested] requires 'path' field");
  if (sent['query'] === undefined) throw parsing("[nested] requires 'query' field");
  const path = textOf('nested', sent['path']);
  if (path !== OWNER) throw parsing(`[nested] failed to find nested object under path [${path}]`);
  return { is: 'owner', of: scope.inner('nested', sent['query'], 'owner') };
};
