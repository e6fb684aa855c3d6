import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { ChangeRequestStatus } from '../../domain/change-request/change-request.events.js';
import type { Caller } from '../../domain/shared/caller.js';
import { ReadModels } from '../../projections/projection.js';
import type { Counted } from '../approval-policies/index.js';
import type { ChangeRequestView } from './change-request.view.js';
import { ListChangeRequests, type RequestFilter, type RequestOrder } from './queries.js';
import { PLATFORM, visibleTo } from './request-access.js';
import { placeOf, requestOf, type RequestRow } from './request-rows.js';
import { RequestViews } from './request-views.js';

const STATUSES: readonly ChangeRequestStatus[] = [
  'pending',
  'approved',
  'changesRequested',
  'resolved',
  'cancelled',
];

const COLUMN_OF: Readonly<Record<RequestOrder, string>> = {
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  processedAt: 'processed_at',
};

interface Condition {
  readonly sql: string;
  readonly parameters: readonly string[];
}

const statusesIn = ({ statuses, approved, cancelled }: RequestFilter): readonly ChangeRequestStatus[] =>
  STATUSES.filter(
    (status) =>
      (statuses?.includes(status) ?? true) &&
      (approved === undefined || approved === (status === 'approved')) &&
      (cancelled === undefined || cancelled === (status === 'cancelled')),
  );

/** One value is looked up in its index; several are held against the entries of the index that gives the order. */
const among = (column: string, values: readonly string[]): Condition =>
  values.length === 1
    ? { sql: `${column} = ?`, parameters: values }
    : {
        sql: `${column === 'status' ? '+status' : column} IN (SELECT value FROM json_each(?))`,
        parameters: [JSON.stringify(values)],
      };

const conditionsOf = (filter: RequestFilter, caller: Caller): readonly Condition[] => {
  const { entityIds, mine } = filter;
  const conditions: Condition[] = [];
  if (entityIds !== undefined) conditions.push(among('entity_id', entityIds));
  const statuses = statusesIn(filter);
  if (statuses.length < STATUSES.length) conditions.push(among('status', statuses));
  if (mine !== undefined)
    conditions.push({ sql: `requester_id ${mine ? '=' : '<>'} ?`, parameters: [caller.userId ?? PLATFORM] });
  const visible = visibleTo(caller);
  // His own he sees anyway.
  if (visible !== null && mine !== true)
    conditions.push({ sql: visible.condition, parameters: visible.parameters });
  return conditions;
};

const canBeStored = (texts: readonly string[] = []): readonly string[] =>
  texts.filter((text) => !text.includes('\0'));

@QueryHandler(ListChangeRequests)
export class ListChangeRequestsHandler implements IQueryHandler<ListChangeRequests> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly views: RequestViews,
  ) {}

  async execute({ filter, order, page, caller }: ListChangeRequests): Promise<Counted<ChangeRequestView>> {
    const sought =
      filter.entityIds === undefined ? filter : { ...filter, entityIds: canBeStored(filter.entityIds) };
    const conditions = conditionsOf(sought, caller);
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
    const parameters = conditions.flatMap((condition) => condition.parameters);
    const direction = order.descending ? 'DESC' : 'ASC';
    const column = COLUMN_OF[order.by];
    const sorted = `${column} ${direction} NULLS LAST, change_request_id ${direction}`;
    // The page is found in an index; only its own rows are read whole.
    const rows = this.readModels.all<RequestRow>(
      `SELECT state, revision, position FROM (
         SELECT change_request_id FROM change_requests ${where} ORDER BY ${sorted} LIMIT ? OFFSET ?
       ) JOIN change_requests USING (change_request_id) ORDER BY ${sorted}`,
      ...parameters,
      page.limit,
      page.offset,
    );
    const counted = this.readModels.get<{ total: number }>(
      `SELECT count(*) AS total FROM change_requests ${where}`,
      ...parameters,
    );
    const items = rows.map((row) => this.views.view(requestOf(row), placeOf(row), caller));
    return { items, total: counted?.total ?? 0 };
  }
}
