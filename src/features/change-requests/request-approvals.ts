import { Injectable } from '@nestjs/common';
import type { DeploymentApprovalRequired } from '../../domain/deployment/deployment.events.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import { derivedUuid } from '../../event-store/command-context.js';
import { Clock } from '../../platform/clock/clock.js';
import { ReadModels } from '../../projections/projection.js';
import { DeploymentWriter } from '../deployments/index.js';
import { ProcessManagers, systemContext, type Task, type ToDoList } from '../process-managers/index.js';
import { changeRequestsProjection } from './change-requests.projection.js';
import { RequestOpener } from './request-opener.js';
import { RequestWriter } from './request-writer.js';

interface RequiredRow {
  readonly entity_id: string;
  /** Data of the event, as JSON. */
  readonly required: string;
  readonly correlation_id: string;
  readonly event_id: string;
}

/** Opens the request for the approval of a deployment that was registered under a policy, in the name of who did so. */
@Injectable()
export class RequestApprovals implements ToDoList {
  readonly name = 'request-approvals';
  readonly projections = [changeRequestsProjection.name];

  constructor(
    managers: ProcessManagers,
    private readonly readModels: ReadModels,
    private readonly opener: RequestOpener,
    private readonly requests: RequestWriter,
    private readonly deployments: DeploymentWriter,
    private readonly clock: Clock,
  ) {
    managers.add(this);
  }

  due(): readonly Task[] {
    return this.readModels
      .all<RequiredRow>('SELECT entity_id, required, correlation_id, event_id FROM approvals_to_request')
      .map((row) => ({ key: row.entity_id, run: () => this.open(row) }));
  }

  private async open(row: RequiredRow): Promise<void> {
    const { deploymentId, model, name, changeRequestId, requesterId, requirement } = JSON.parse(
      row.required,
    ) as DeploymentApprovalRequired['data'];
    if ((await this.requests.find(changeRequestId)) !== undefined) return;
    const deployment = await this.deployments.load(deploymentId);
    if (deployment === undefined || deployment.status === 'archived') return;
    const cause = { eventId: row.event_id, correlationId: row.correlation_id };
    try {
      await this.opener.open(
        {
          changeRequestId,
          entityType: 'deployment',
          entityId: deploymentId,
          action: 'approve',
          model,
          name,
          change: { action: 'approve', approvalStatus: 'APPROVED' },
          changeVersionId: derivedUuid('version', changeRequestId),
          autoApply: true,
          comment: null,
          requesterId,
          requirement,
        },
        systemContext(this.name, this.clock.now(), cause),
      );
    } catch (error) {
      // Somebody has asked for the approval already, and that will do.
      if (error instanceof DomainError && error.kind === 'conflict') return;
      throw error;
    }
  }
}
