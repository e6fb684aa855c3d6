import { QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { deploymentNotFound } from '../../domain/deployment/refusals.js';
import { ReadModels } from '../../projections/projection.js';
import type { Counted } from '../approval-policies/index.js';
import { DeploymentAccess, ListOpenRequestIds, visibleDeployments } from '../change-requests/index.js';
import { rowToView, type DeploymentRow, type DeploymentView } from '../deployments/index.js';
import { GetGovernedDeployment, ListGovernedDeployments, type GovernedDeploymentView } from './queries.js';

const withRequests = async (
  queries: QueryBus,
  views: readonly DeploymentView[],
): Promise<readonly GovernedDeploymentView[]> => {
  const open = await queries.execute(new ListOpenRequestIds(views.map(({ deploymentId }) => deploymentId)));
  return views.map((view) => ({ ...view, openChangeRequests: open.get(view.deploymentId) ?? [] }));
};

@QueryHandler(GetGovernedDeployment)
export class GetGovernedDeploymentHandler implements IQueryHandler<GetGovernedDeployment> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly access: DeploymentAccess,
    private readonly queries: QueryBus,
  ) {}

  async execute({ deploymentId, caller }: GetGovernedDeployment): Promise<GovernedDeploymentView> {
    const row = deploymentId.includes('\0')
      ? undefined
      : this.readModels.get<DeploymentRow>(
          `SELECT * FROM deployments WHERE deployment_id = ? AND status <> 'archived'`,
          deploymentId,
        );
    const view = row && rowToView(row);
    if (view === undefined || !this.access.maySee(caller, view)) throw deploymentNotFound(deploymentId);
    const [governed] = await withRequests(this.queries, [view]);
    if (governed === undefined) throw deploymentNotFound(deploymentId);
    return governed;
  }
}

const SORTED_BY = {
  label: 'label',
  createdAt: 'created_at',
  importance: `CASE importance WHEN 'CRITICAL' THEN 3 WHEN 'HIGH' THEN 2 WHEN 'MODERATE' THEN 1 ELSE 0 END`,
} as const;

@QueryHandler(ListGovernedDeployments)
export class ListGovernedDeploymentsHandler implements IQueryHandler<ListGovernedDeployments> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly queries: QueryBus,
  ) {}

  async execute({
    filter,
    order,
    page,
    caller,
  }: ListGovernedDeployments): Promise<Counted<GovernedDeploymentView>> {
    const { active, importance, search } = filter;
    if (search?.includes('\0')) return { items: [], total: 0 };
    const conditions = [`status <> 'archived'`];
    const parameters: string[] = [];
    if (active !== undefined) conditions.push(`status ${active ? '=' : '<>'} 'active'`);
    if (importance !== undefined) {
      conditions.push('importance = ?');
      parameters.push(importance);
    }
    if (search !== undefined) {
      conditions.push('instr(lower(label), lower(?)) > 0');
      parameters.push(search);
    }
    const visible = visibleDeployments(caller);
    if (visible !== null) {
      conditions.push(visible.condition);
      parameters.push(...visible.parameters);
    }
    const matching = `FROM deployments WHERE ${conditions.join(' AND ')}`;
    const direction = order.descending ? 'DESC' : 'ASC';
    const rows = this.readModels.all<DeploymentRow>(
      `SELECT * ${matching} ORDER BY ${SORTED_BY[order.by]} ${direction}, deployment_id ${direction} LIMIT ? OFFSET ?`,
      ...parameters,
      page.limit,
      page.offset,
    );
    const counted = this.readModels.get<{ total: number }>(
      `SELECT count(*) AS total ${matching}`,
      ...parameters,
    );
    return { items: await withRequests(this.queries, rows.map(rowToView)), total: counted?.total ?? 0 };
  }
}
