import { QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { ChangeRequestStatus } from '../../domain/change-request/change-request.events.js';
import { ReadModels } from '../../projections/projection.js';
import { GetPolicy, type Counted } from '../approval-policies/index.js';
import type { PolicyRequestView } from './change-request.view.js';
import { ListOpenRequestIds, ListPolicyRequests, type PolicyRequestOrder } from './queries.js';
import { requestOf, type RequestRow } from './request-rows.js';
import { RequestViews } from './request-views.js';

/** By what people see: names, not ids. */
const SORTED_BY: Readonly<Record<PolicyRequestOrder, string>> = {
  createDate: 'r.created_at',
  updateDate: 'r.modified_at',
  state: `CASE r.status WHEN 'resolved' THEN 'RESOLVED' WHEN 'cancelled' THEN 'CANCELLED' ELSE 'OPENED' END`,
  requester: 'coalesce(u.username, r.requester_id)',
  entityName: 'd.label',
};

const DEPLOYMENT = 'LEFT JOIN deployments d ON d.deployment_id = r.entity_id';
/** What stands beside the request's own columns in the order. */
const JOINED_FOR: Readonly<Partial<Record<PolicyRequestOrder, string>>> = {
  requester: 'LEFT JOIN users u ON u.user_id = r.requester_id',
  entityName: DEPLOYMENT,
};

const stateOf = (status: ChangeRequestStatus): PolicyRequestView['state'] => {
  if (status === 'resolved') return 'RESOLVED';
  return status === 'cancelled' ? 'CANCELLED' : 'OPENED';
};

@QueryHandler(ListPolicyRequests)
export class ListPolicyRequestsHandler implements IQueryHandler<ListPolicyRequests> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly queries: QueryBus,
    private readonly views: RequestViews,
  ) {}

  async execute({ policyId, order, page, caller }: ListPolicyRequests): Promise<Counted<PolicyRequestView>> {
    await this.queries.execute(new GetPolicy(policyId, caller));
    const direction = order.descending ? 'DESC' : 'ASC';
    const inOrder = (id: string, sorted: string): string =>
      `ORDER BY ${sorted} ${direction}, ${id} ${direction}`;
    const sorted = SORTED_BY[order.by];
    // What is sorted is read off the index alone; only the page's own rows are read whole.
    const rows = this.readModels.all<RequestRow & { readonly label: string | null }>(
      `SELECT r.state, r.revision, r.position, d.label FROM (
         SELECT r.change_request_id AS id, ${sorted} AS sorted FROM change_requests r ${JOINED_FOR[order.by] ?? ''}
         WHERE r.policy_id = ? ${inOrder('r.change_request_id', sorted)} LIMIT ? OFFSET ?
       ) JOIN change_requests r ON r.change_request_id = id ${DEPLOYMENT} ${inOrder('id', 'sorted')}`,
      policyId,
      page.limit,
      page.offset,
    );
    const counted = this.readModels.get<{ total: number }>(
      'SELECT count(*) AS total FROM change_requests WHERE policy_id = ?',
      policyId,
    );
    return { items: rows.map((row) => this.item(row)), total: counted?.total ?? 0 };
  }

  private item(row: RequestRow & { readonly label: string | null }): PolicyRequestView {
    const { changeRequestId, createdAt, entityId, requesterId, status, modifiedAt, modifiedBy } =
      requestOf(row);
    return {
      changeRequestId,
      createdAt,
      entityId,
      entityName: row.label,
      requester: this.views.usernameOf(requesterId),
      state: stateOf(status),
      modifiedAt,
      modifiedBy: modifiedBy === null ? null : this.views.usernameOf(modifiedBy),
    };
  }
}

@QueryHandler(ListOpenRequestIds)
export class ListOpenRequestIdsHandler implements IQueryHandler<ListOpenRequestIds> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({
    deploymentIds,
    asOf,
  }: ListOpenRequestIds): Promise<ReadonlyMap<string, readonly string[]>> {
    const open = `+status IN ('pending', 'approved', 'changesRequested')`;
    // Nothing follows in its stream once a request is closed, so that its last position is where it was.
    const wasOpen = `opened_position <= ?2 AND (${open} OR position > ?2)`;
    const rows = this.readModels.all<{ entity_id: string; ids: string }>(
      `SELECT entity_id, json_group_array(change_request_id) AS ids FROM (
         SELECT entity_id, change_request_id FROM change_requests
         WHERE entity_id IN (SELECT value FROM json_each(?1))
           AND ${asOf === null ? open : wasOpen}
         ORDER BY entity_id, opened_position
       ) GROUP BY entity_id`,
      JSON.stringify(deploymentIds.filter((id) => !id.includes('\0'))),
      ...(asOf === null ? [] : [Number(asOf)]),
    );
    return new Map(rows.map(({ entity_id, ids }) => [entity_id, JSON.parse(ids) as string[]]));
  }
}
