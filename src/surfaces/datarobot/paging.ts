import type { FastifyRequest } from 'fastify';
import type { ListQuery } from './dto/list.dto.js';

/** What a list is asked for. */
export type PageRequest = Pick<ListQuery, 'offset' | 'limit'>;

export interface PageOf<Item> {
  readonly items: readonly Item[];
  /** On all pages. */
  readonly total: number;
}

export interface ListResponse<Item> {
  readonly count: number;
  readonly data: readonly Item[];
  readonly next: string | null;
  readonly previous: string | null;
  readonly totalCount: number;
}

/** An absolute URL of ours; `path` begins with `/` and ends with one. */
export const absolute = (request: FastifyRequest, publicUrl: string | null, path: string): string =>
  `${publicUrl ?? `${request.protocol}://${request.host}`}${path}`;

/** The list's own URL at another offset; every other parameter stays as it was sent. */
const at = (request: FastifyRequest, publicUrl: string | null, offset: number, limit: number): string => {
  const [path = '', query = ''] = request.url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('offset', String(offset));
  parameters.set('limit', String(limit));
  return `${absolute(request, publicUrl, path)}?${parameters.toString()}`;
};

export const listResponse = <Entity, Item>(
  { items, total }: PageOf<Entity>,
  toItem: (entity: Entity) => Item,
  { offset, limit }: PageRequest,
  request: FastifyRequest,
  publicUrl: string | null,
): ListResponse<Item> => ({
  count: items.length,
  data: items.map(toItem),
  next:
    offset + items.length < total && items.length > 0 ? at(request, publicUrl, offset + limit, limit) : null,
  previous: offset === 0 ? null : at(request, publicUrl, Math.max(0, offset - limit), limit),
  totalCount: total,
});
