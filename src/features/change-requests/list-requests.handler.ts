import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { ChangeRequestStatus } from '../../domain/change-request/change-request.events.js';
import { PLATFORM_ID, type Caller } from '../../domain/shared/caller.js';
import { ReadModels } from '../../projections/projection.js';
import type { Counted, OffsetPage } from '../approval-policies/index.js';
import type { ChangeRequestView } from './change-request.view.js';
import { ListChangeRequests, type RequestFilter, type RequestOrder } from './queries.js';
import { visibleTo } from './request-access.js';
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

interface Sql {
  readonly text: string;
  readonly parameters: readonly (string | number)[];
}

const statusesIn = ({ statuses, approved, cancelled }: RequestFilter): readonly ChangeRequestStatus[] =>
  STATUSES.filter(
    (status) =>
      (statuses?.includes(status) ?? true) &&
      (approved === undefined || approved === (status === 'approved')) &&
      (cancelled === undefined || cancelled === (status === 'cancelled')),
  );

/** All but the statuses. */
const conditionsOf = ({ entityIds, mine }: RequestFilter, caller: Caller): readonly Sql[] => {
  const conditions: Sql[] = [];
  if (entityIds !== undefined)
    conditions.push({
      text: 'entity_id IN (SELECT value FROM json_each(?))',
      // What can't be stored is found nowhere.
      parameters: [JSON.stringify(entityIds.filter((id) => !id.includes('\0')))],
    });
  if (mine !== undefined)
    conditions.push({
      text: `requester_id ${mine ? '=' : '<>'} ?`,
      parameters: [caller.userId ?? PLATFORM_ID],
    });
  const visible = visibleTo(caller);
  // His own he sees anyway.
  if (visible !== null && mine !== true)
    conditions.push({ text: visible.condition, parameters: visible.parameters });
  return conditions;
};

const matching = (columns: string, conditions: readonly Sql[], ...statuses: readonly string[]): Sql => {
  const texts = [...conditions.map(({ text }) => text), ...statuses];
  return {
    text: `SELECT ${columns} FROM change_requests ${texts.length === 0 ? '' : `WHERE ${texts.join(' AND ')}`}`,
    parameters: conditions.flatMap(({ parameters }) => parameters),
  };
};

/** The statuses are words of ours and stand in the text. A `+` keeps an index from being used. */
const oneOf = (statuses: readonly ChangeRequestStatus[]): string =>
  `status IN (${statuses.map((status) => `'${status}'`).join(', ')})`;

interface Plan {
  /** Ids and what they are ordered by, from the first on, up to the page's end. */
  readonly found: Sql;
  readonly counted: Sql;
}

/**
 * Where only few can match (requests of some deployments, of one person, or what somebody may see) those are looked up
 * and sorted. Else they are read off an index that has the order, or off one for each status sought and merged: however
 * many there are, no more entries are looked at than stand before the page's end.
 */
const planFor = (
  filter: RequestFilter,
  { by, descending }: ListChangeRequests['order'],
  { offset, limit }: OffsetPage,
  caller: Caller,
): Plan => {
  const conditions = conditionsOf(filter, caller);
  const statuses = statusesIn(filter);
  const any = statuses.length === STATUSES.length;
  const few = filter.entityIds !== undefined || filter.mine === true || visibleTo(caller) !== null;
  const column = COLUMN_OF[by];
  const columns = `change_request_id, ${column}`;
  const direction = descending ? 'DESC' : 'ASC';
  const sorted = `${column} ${direction} NULLS LAST, change_request_id ${direction}`;
  const sought = any ? [] : [`${few ? '+' : ''}${oneOf(statuses)}`];
  const counted = matching('count(*) AS total', conditions, ...sought);
  if (few || any) {
    const { text, parameters } = matching(columns, conditions, ...sought);
    return { found: { text: `${text} ORDER BY ${few ? '+' : ''}${sorted}`, parameters }, counted };
  }
  const branches = statuses.map((status) => {
    const { text, parameters } = matching(columns, conditions, `status = '${status}'`);
    return {
      text: `SELECT * FROM (${text} ORDER BY ${sorted} LIMIT ?)`,
      parameters: [...parameters, offset + limit],
    };
  });
  return {
    found: {
      text: `${branches.map(({ text }) => text).join(' UNION ALL ')} ORDER BY ${sorted}`,
      parameters: branches.flatMap(({ parameters }) => parameters),
    },
    counted,
  };
};

@QueryHandler(ListChangeRequests)
export class ListChangeRequestsHandler implements IQueryHandler<ListChangeRequests> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly views: RequestViews,
  ) {}

  async execute({ filter, order, page, caller }: ListChangeRequests): Promise<Counted<ChangeRequestView>> {
    if (statusesIn(filter).length === 0) return { items: [], total: 0 };
    const { found, counted } = planFor(filter, order, page, caller);
    const direction = order.descending ? 'DESC' : 'ASC';
    // Only the page's own rows are read whole.
    const rows = this.readModels.all<RequestRow>(
      `SELECT state, revision, position FROM (SELECT change_request_id FROM (${found.text}) LIMIT ? OFFSET ?)
         JOIN change_requests USING (change_request_id)
       ORDER BY ${COLUMN_OF[order.by]} ${direction} NULLS LAST, change_request_id ${direction}`,
      ...found.parameters,
      page.limit,
      page.offset,
    );
    const count = this.readModels.get<{ total: number }>(counted.text, ...counted.parameters);
    const items = rows.map((row) => this.views.view(requestOf(row), placeOf(row), caller));
    return { items, total: count?.total ?? 0 };
  }
}
