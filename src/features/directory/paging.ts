import { ReadModels } from '../../projections/projection.js';
import { directoryProjection } from './directory.projection.js';
import type { Page, PageRequest } from './queries.js';

interface PagedQuery<Row> {
  /** `SELECT … WHERE …` without order; the page's own conditions are added with AND. */
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
  /** Column that holds the position at which an entry was made. */
  readonly madeAt: keyof Row & string;
}

/** One page, in the order in which entries were made. */
export const readPage = <Row extends object, Item>(
  readModels: ReadModels,
  { sql, parameters, madeAt }: PagedQuery<Row>,
  { limit, from }: PageRequest,
  toItem: (row: Row) => Item,
): Page<Item> => {
  const upTo = from?.upTo ?? readModels.positionOf(directoryProjection.name);
  const rows = readModels.all<Row>(
    `${sql} AND ${madeAt} > ? AND ${madeAt} <= ? ORDER BY ${madeAt} LIMIT ?`,
    ...parameters,
    Number(from?.after ?? -1n),
    Number(upTo),
    limit + 1,
  );
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(toItem),
    next: rows.length > limit && last ? { after: BigInt(Number(last[madeAt])), upTo } : null,
  };
};
