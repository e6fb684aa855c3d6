import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { ReadModels } from '../../projections/projection.js';
import { DeploymentWriter } from '../deployments/index.js';
import { ProcessManagers, systemContext, type Task, type ToDoList } from '../process-managers/index.js';
import { changeRequestsProjection } from './change-requests.projection.js';
import { RequestViews } from './request-views.js';
import { RequestWriter } from './request-writer.js';

/** Cancels open requests whose deployment has been archived: there is nothing left to change. */
@Injectable()
export class CancelOrphans implements ToDoList {
  readonly name = 'cancel-orphans';
  readonly projections = [changeRequestsProjection.name];

  constructor(
    managers: ProcessManagers,
    private readonly readModels: ReadModels,
    private readonly requests: RequestWriter,
    private readonly deployments: DeploymentWriter,
    private readonly views: RequestViews,
    private readonly clock: Clock,
  ) {
    managers.add(this);
  }

  due(): readonly Task[] {
    return this.readModels
      .all<{ change_request_id: string; correlation_id: string }>(
        `SELECT change_request_id, correlation_id FROM change_requests
         WHERE entity_gone = 1 AND applying_attempt IS NULL`,
      )
      .map(({ change_request_id: changeRequestId, correlation_id: correlationId }) => ({
        key: changeRequestId,
        run: () => this.cancel(changeRequestId, correlationId),
      }));
  }

  private async cancel(changeRequestId: string, correlationId: string): Promise<void> {
    const found = await this.requests.find(changeRequestId);
    if (found === undefined) return;
    const deployment = await this.deployments.load(found.request.entityId);
    if (deployment?.status !== 'archived') return;
    const diff = this.views.diff(found.request, deployment);
    const context = systemContext(this.name, this.clock.now(), { eventId: changeRequestId, correlationId });
    await this.requests.write(changeRequestId, { type: 'CancelOrphan', diff }, context);
  }
}
