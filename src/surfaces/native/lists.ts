import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from '../../platform/http/public-paths.js';
import { toCursor, type CursorScope, type PageMark } from './cursor.js';

export interface ListResponse<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** The body of a list; the way to its next page also goes into `Link`. */
export const listResponse = <Entity, Item>(
  page: { readonly items: readonly Entity[]; readonly next: PageMark | null },
  toItem: (entity: Entity) => Item,
  scope: CursorScope,
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: string | null,
): ListResponse<Item> => {
  const items = page.items.map(toItem);
  if (page.next === null) return { items, next: null };
  const next = toCursor(page.next, scope);
  const query = new URLSearchParams(request.query as Record<string, string>);
  query.set('cursor', next);
  void reply.header('link', `<${publicUrl ?? ''}${pathOf(request.url)}?${query.toString()}>; rel="next"`);
  return { items, next };
};
