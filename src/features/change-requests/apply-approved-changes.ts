import { Inject, Injectable } from '@nestjs/common';
import { outcomeOf, type ApplicationOutcome } from '../../domain/deployment/deployment.state.js';
import type { Change } from '../../domain/change-request/change.js';
import type { ChangeRequest } from '../../domain/change-request/change-request.state.js';
import type { CommandContext } from '../../event-store/command-context.js';
import { Directory } from '../../platform/auth/directory.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { ReadModels } from '../../projections/projection.js';
import { artifactsProjection } from '../artifacts/index.js';
import { deploymentsProjection, DeploymentWriter } from '../deployments/index.js';
import { directoryProjection } from '../directory/index.js';
import { ProcessManagers, systemContext, type Task, type ToDoList } from '../process-managers/index.js';
import { changeRequestsProjection } from './change-requests.projection.js';
import { References } from './references.js';
import { RequestWriter } from './request-writer.js';

interface StartedRow {
  readonly change_request_id: string;
  readonly applying_attempt: number;
  readonly started_event: string;
  readonly correlation_id: string;
}

/**
 * Carries out changes whose application has started. First the deployment: its stream takes the change together with a
 * mark of this try, or the mark that it was refused, and the first mark counts. Then the request: it is told what the
 * mark says. Between the two, or before them, a process may die or another may do the same.
 */
@Injectable()
export class ApplyApprovedChanges implements ToDoList {
  readonly name = 'apply-approved-changes';
  /** What the others don't know (yet) would seem to be missing, and a change be refused that could be made. */
  readonly projections = [
    changeRequestsProjection.name,
    artifactsProjection.name,
    deploymentsProjection.name,
    directoryProjection.name,
  ];

  constructor(
    managers: ProcessManagers,
    private readonly readModels: ReadModels,
    private readonly requests: RequestWriter,
    private readonly deployments: DeploymentWriter,
    private readonly references: References,
    private readonly directory: Directory,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    managers.add(this);
  }

  due(): readonly Task[] {
    return this.readModels
      .all<StartedRow>(
        `SELECT change_request_id, applying_attempt, started_event, correlation_id FROM change_requests
         WHERE applying_attempt IS NOT NULL`,
      )
      .map((row) => ({
        key: `${row.change_request_id} ${row.applying_attempt}`,
        run: () => this.carryOut(row),
      }));
  }

  private async carryOut(row: StartedRow): Promise<void> {
    const { change_request_id: changeRequestId, applying_attempt: attempt } = row;
    const found = await this.requests.find(changeRequestId);
    if (found?.request.applying?.attempt !== attempt) return;
    const cause = { eventId: row.started_event, correlationId: row.correlation_id };
    const context = systemContext(this.name, this.clock.now(), cause);
    const outcome = await this.apply(found.request, attempt, context);
    await this.requests.write(changeRequestId, { type: 'ConcludeApplication', attempt, outcome }, context);
  }

  private async apply(
    { changeRequestId, entityId, change }: ChangeRequest,
    attempt: number,
    context: CommandContext,
  ): Promise<ApplicationOutcome> {
    const before = await this.deployments.load(entityId);
    if (before === undefined) throw new Error(`deployment ${entityId} of a change request is not in the log`);
    const missing = this.references.missing(change, before);
    const { deployment } = await this.deployments.write(
      entityId,
      {
        type: 'ApplyChange',
        deploymentId: entityId,
        changeRequestId,
        attempt,
        change,
        names: this.references.names(change, before),
        refusal: missing && { code: 'reference-not-found', message: missing.message },
        servingPlatform: this.config.servingPlatform,
        unknownRoles: this.unknownRoles(change),
      },
      context,
    );
    const outcome = outcomeOf(deployment, { changeRequestId, attempt });
    if (outcome === undefined) throw new Error(`try ${attempt} of ${changeRequestId} left no mark`);
    return outcome;
  }

  private unknownRoles(change: Change): readonly string[] {
    if (change.action !== 'replaceRoles') return [];
    return change.allowedRoles.filter((role) => !this.directory.knowsRole(role));
  }
}
