import { Param } from '../validation/parameters.js';
import { wholeNumber } from '../validation/query-rules.js';

const MAX_LIMIT = 1000;
export const DEFAULT_LIMIT = 100;

/** The paging of every list. */
export class ListQuery {
  @Param(wholeNumber(0, Number.MAX_SAFE_INTEGER), { type: 'integer', minimum: 0 }, { fallback: 0 })
  readonly offset: number;

  @Param(
    wholeNumber(1, MAX_LIMIT),
    { type: 'integer', minimum: 1, maximum: MAX_LIMIT },
    { fallback: DEFAULT_LIMIT },
  )
  readonly limit: number;
}

type Attribute<Order extends string> = Order extends `-${infer Name}` ? Name : Order;

/** `-createdAt`: by `createdAt`, the greatest first. */
export const toOrder = <Order extends string>(
  order: Order,
): { readonly by: Attribute<Order>; readonly descending: boolean } => ({
  by: order.replace('-', '') as Attribute<Order>,
  descending: order.startsWith('-'),
});
