import type { PageRequest } from './queries.js';

/** The bounds of a page: after one position, up to the one that the first page fixed. */
export const pageOf = (
  { limit, from }: PageRequest,
  now: bigint,
): { readonly after: number; readonly upTo: bigint; readonly limit: number } => ({
  after: Number(from?.after ?? -1n),
  upTo: from?.upTo ?? now,
  limit,
});
