import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { ReadModels } from '../../projections/projection.js';
import { DeploymentWriter } from '../deployments/index.js';
import { ProcessManagers, systemContext, type Task, type ToDoList } from '../process-managers/index.js';
import { changeRequestsProjection } from './change-requests.projection.js';
import { RequestViews } from './request-views.js';
import { RequestWriter } from './request-writer.js';

interface OrphanRow {
  readonly change_request_id: string;
  /** Of the event that archived the deployment. */
  readonly correlation_id: string;
  readonly event_id: string;
}

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
      .all<OrphanRow>(
        `SELECT change_request_id, a.correlation_id, a.event_id
         FROM change_requests JOIN archived_entities a USING (entity_id)
         WHERE entity_gone = 1 AND applying_attempt IS NULL`,
      )
      .map((row) => ({ key: row.change_request_id, run: () => this.cancel(row) }));
  }

  private async cancel({ change_request_id: changeRequestId, ...archived }: OrphanRow): Promise<void> {
    const found = await this.requests.find(changeRequestId);
    if (found === undefined) return;
    const deployment = await this.deployments.load(found.request.entityId);
    if (deployment?.status !== 'archived') return;
    const { changeVersionId } = found.request;
    const diff = this.views.diff(found.request, deployment);
    const cause = { eventId: archived.event_id, correlationId: archived.correlation_id };
    const context = systemContext(this.name, this.clock.now(), cause);
    await this.requests.write(changeRequestId, { type: 'CancelOrphan', changeVersionId, diff }, context);
  }
}
