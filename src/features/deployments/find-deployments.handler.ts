import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { deploymentNotFound, namedDeploymentNotFound } from '../../domain/deployment/refusals.js';
import { ReadModels } from '../../projections/projection.js';
import { canBeStored, rowToView, type DeploymentRow } from './deployment-rows.js';
import type { DeploymentView } from './deployment.view.js';
import { FindDeployment, GetDeployment, ListDeployments, type DeploymentPage } from './queries.js';

@QueryHandler(FindDeployment)
export class FindDeploymentHandler implements IQueryHandler<FindDeployment> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ model, name }: FindDeployment): Promise<DeploymentView> {
    const row = canBeStored(model, name)
      ? this.readModels.get<DeploymentRow>(
          'SELECT * FROM deployments WHERE model = ? AND name = ?',
          model,
          name,
        )
      : undefined;
    if (row === undefined) throw namedDeploymentNotFound(model, name);
    return rowToView(row);
  }
}

@QueryHandler(GetDeployment)
export class GetDeploymentHandler implements IQueryHandler<GetDeployment> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ deploymentId }: GetDeployment): Promise<DeploymentView> {
    const row = canBeStored(deploymentId)
      ? this.readModels.get<DeploymentRow>('SELECT * FROM deployments WHERE deployment_id = ?', deploymentId)
      : undefined;
    if (row === undefined) throw deploymentNotFound(deploymentId);
    return rowToView(row);
  }
}

@QueryHandler(ListDeployments)
export class ListDeploymentsHandler implements IQueryHandler<ListDeployments> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ model, filter }: ListDeployments): Promise<DeploymentPage> {
    if (!canBeStored(model)) return { deployments: [], total: 0 };
    const { status, type, includeArchived, limit, offset } = filter;
    const conditions = ['model = ?'];
    const parameters: string[] = [model];
    if (status !== undefined) {
      conditions.push('status = ?');
      parameters.push(status);
    }
    if (type !== undefined) {
      conditions.push('type = ?');
      parameters.push(type);
    }
    if (!includeArchived) conditions.push(`status <> 'archived'`);
    const matching = `FROM deployments WHERE ${conditions.join(' AND ')}`;

    const rows = this.readModels.all<DeploymentRow>(
      `SELECT * ${matching} ORDER BY registered_at_position LIMIT ? OFFSET ?`,
      ...parameters,
      limit,
      offset,
    );
    const total = this.readModels.get<{ total: number }>(
      `SELECT count(*) AS total ${matching}`,
      ...parameters,
    );
    return { deployments: rows.map(rowToView), total: total?.total ?? 0 };
  }
}
