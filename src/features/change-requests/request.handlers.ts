import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Change } from '../../domain/change-request/change.js';
import { forbidden, nothingToChange } from '../../domain/change-request/refusals.js';
import type { Requirement } from '../../domain/change-request/requirement.js';
import type { ReviseRequest } from '../../domain/change-request/revising.js';
import { mayGovern } from '../../domain/deployment/access.js';
import { presentField } from '../../domain/deployment/carry-out.js';
import type { Deployment } from '../../domain/deployment/deployment.state.js';
import { deploymentNotFound } from '../../domain/deployment/refusals.js';
import type { Caller } from '../../domain/shared/caller.js';
import { newId, type CommandContext } from '../../event-store/command-context.js';
import { PreconditionFailed } from '../../event-store/decider-runner.js';
import { PolicyGate } from '../approval-policies/index.js';
import { DeploymentWriter } from '../deployments/index.js';
import type { ChangeRequestView } from './change-request.view.js';
import {
  CancelChangeRequest,
  OpenChangeRequest,
  ResolveChangeRequest,
  ReviseChangeRequest,
} from './commands.js';
import { References } from './references.js';
import { DeploymentAccess, ownsEntity, participantOf } from './request-access.js';
import { RequestOpener } from './request-opener.js';
import { RequestViews } from './request-views.js';
import { RequestWriter } from './request-writer.js';

/** What the change needs, by the policies as they are now. */
const requirementFor = (
  gate: PolicyGate,
  change: Change,
  caller: Caller,
  { importance }: Deployment,
): Requirement =>
  gate.requirementFor({
    action: change.action,
    caller,
    importances: change.action === 'changeImportance' ? [importance, change.importance] : [importance],
  });

@CommandHandler(OpenChangeRequest)
export class OpenChangeRequestHandler implements ICommandHandler<OpenChangeRequest> {
  constructor(
    private readonly deployments: DeploymentWriter,
    private readonly access: DeploymentAccess,
    private readonly references: References,
    private readonly gate: PolicyGate,
    private readonly opener: RequestOpener,
    private readonly writer: RequestWriter,
    private readonly views: RequestViews,
  ) {}

  async execute({ request: asked, caller, context }: OpenChangeRequest): Promise<ChangeRequestView> {
    const { entityId, change, autoApply, comment } = asked;
    const { action } = change;
    const changeRequestId = newId(context, `changeRequest ${entityId} ${action}`);
    const deployment = await this.deployments.load(entityId);
    // Sent again, it must not be told that what it asked for is there by now.
    const earlier = context.idempotency && (await this.writer.find(changeRequestId));
    if (earlier !== undefined) return this.views.view(earlier.request, earlier, caller, deployment);

    this.require(entityId, change, deployment, caller);
    if (context.ifMatch !== undefined) throw new PreconditionFailed(-1n);
    const field = presentField(change, deployment);
    if (field !== null) throw nothingToChange(field);

    const { request, ...place } = await this.opener.open(
      {
        changeRequestId,
        entityType: 'deployment',
        entityId,
        action,
        model: deployment.model,
        name: deployment.name,
        change,
        changeVersionId: newId(context, `version ${changeRequestId}`),
        autoApply,
        comment,
        requesterId: participantOf(caller).userId,
        requirement: requirementFor(this.gate, change, caller, deployment),
      },
      context,
    );
    return this.views.view(request, place, caller, deployment);
  }

  private require(
    entityId: string,
    change: Change,
    deployment: Deployment | undefined,
    caller: Caller,
  ): asserts deployment is Deployment {
    if (
      deployment === undefined ||
      deployment.status === 'archived' ||
      !this.access.maySee(caller, deployment)
    )
      throw deploymentNotFound(entityId);
    this.references.require(change, deployment, caller);
    if (!mayGovern(caller, deployment).allowed)
      throw forbidden('change-forbidden', 'You cannot change this deployment.');
  }
}

@CommandHandler(ReviseChangeRequest)
export class ReviseChangeRequestHandler implements ICommandHandler<ReviseChangeRequest> {
  constructor(
    private readonly writer: RequestWriter,
    private readonly references: References,
    private readonly gate: PolicyGate,
    private readonly views: RequestViews,
  ) {}

  async execute({
    changeRequestId,
    revision,
    caller,
    context,
  }: ReviseChangeRequest): Promise<ChangeRequestView> {
    const { deployment } = await this.writer.load(changeRequestId, caller);
    const { change, autoApply, comment } = revision;
    const command: ReviseRequest = {
      type: 'ReviseRequest',
      userId: participantOf(caller).userId,
      ...(autoApply !== undefined && { autoApply }),
      ...(comment !== undefined && { comment }),
      ...(change !== undefined &&
        deployment !== undefined && { version: this.version(change, deployment, caller, context) }),
    };
    const { request, ...place } = await this.writer.write(changeRequestId, command, context);
    return this.views.view(request, place, caller, deployment);
  }

  private version(
    change: Change,
    deployment: Deployment,
    caller: Caller,
    context: CommandContext,
  ): ReviseRequest['version'] {
    this.references.require(change, deployment, caller);
    return {
      change,
      changeVersionId: newId(context, 'version'),
      requirement: requirementFor(this.gate, change, caller, deployment),
      presentField: presentField(change, deployment),
    };
  }
}

@CommandHandler(ResolveChangeRequest)
export class ResolveChangeRequestHandler implements ICommandHandler<ResolveChangeRequest> {
  constructor(private readonly writer: RequestWriter) {}

  async execute({ changeRequestId, caller, context }: ResolveChangeRequest) {
    const { deployment } = await this.writer.load(changeRequestId, caller);
    const { request, revision, position } = await this.writer.write(
      changeRequestId,
      {
        type: 'ResolveRequest',
        resolver: participantOf(caller),
        ownsEntity: ownsEntity(caller, deployment),
      },
      context,
    );
    return { changeRequestId, attempt: request.attempts, revision, position };
  }
}

@CommandHandler(CancelChangeRequest)
export class CancelChangeRequestHandler implements ICommandHandler<CancelChangeRequest> {
  constructor(
    private readonly writer: RequestWriter,
    private readonly views: RequestViews,
  ) {}

  async execute({ changeRequestId, caller, context }: CancelChangeRequest): Promise<ChangeRequestView> {
    const { request: before, deployment } = await this.writer.load(changeRequestId, caller);
    const diff = this.views.diff(before, deployment);
    const { changeVersionId } = before;
    const canceller = participantOf(caller);
    const command = { type: 'CancelRequest', canceller, changeVersionId, diff } as const;
    const { request, ...place } = await this.writer.write(changeRequestId, command, context);
    return this.views.view(request, place, caller, deployment);
  }
}
