import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Change } from '../../domain/change-request/change.js';
import { forbidden } from '../../domain/change-request/refusals.js';
import { mayGovern } from '../../domain/deployment/access.js';
import type { DeploymentCommand } from '../../domain/deployment/deployment.decider.js';
import type { Deployment } from '../../domain/deployment/deployment.state.js';
import { deploymentNotFound } from '../../domain/deployment/refusals.js';
import type { Caller } from '../../domain/shared/caller.js';
import type { CommandContext } from '../../event-store/command-context.js';
import { Directory } from '../../platform/auth/directory.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { PolicyGate, type Attempt } from '../approval-policies/index.js';
import { DeploymentAccess, References } from '../change-requests/index.js';
import { DeploymentWriter, type DeploymentView } from '../deployments/index.js';
import { ChangeDeployment, UpdateDeployment } from './commands.js';

type Gated = Omit<Attempt, 'caller'> | null;

/** Writes to a deployment for somebody who may, when no policy wants to be asked. */
const write = async (
  writer: DeploymentWriter,
  gate: PolicyGate,
  command: DeploymentCommand,
  gated: (deployment: Deployment) => Gated,
  caller: Caller,
  context: CommandContext,
): Promise<DeploymentView> => {
  const { deploymentId } = command as { readonly deploymentId: string };
  const { view } = await writer.write(deploymentId, command, context, {
    notFound: () => deploymentNotFound(deploymentId),
    authorize: (deployment) => {
      if (deployment.status === 'archived') throw deploymentNotFound(deploymentId);
      if (!mayGovern(caller, deployment).allowed)
        throw forbidden('change-forbidden', 'You cannot change this deployment.');
      const attempt = gated(deployment);
      if (attempt !== null) gate.requireUngated({ ...attempt, caller });
    },
  });
  return view;
};

/** @throws DomainError `not-found` for whom it is not there to see */
const requireVisible = async (
  deploymentId: string,
  caller: Caller,
  writer: DeploymentWriter,
  access: DeploymentAccess,
): Promise<Deployment> => {
  const deployment = await writer.load(deploymentId);
  if (deployment === undefined || deployment.status === 'archived' || !access.maySee(caller, deployment))
    throw deploymentNotFound(deploymentId);
  return deployment;
};

@CommandHandler(ChangeDeployment)
export class ChangeDeploymentHandler implements ICommandHandler<ChangeDeployment> {
  constructor(
    private readonly writer: DeploymentWriter,
    private readonly access: DeploymentAccess,
    private readonly references: References,
    private readonly gate: PolicyGate,
    private readonly directory: Directory,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ deploymentId, change, caller, context }: ChangeDeployment): Promise<DeploymentView> {
    const deployment = await requireVisible(deploymentId, caller, this.writer, this.access);
    this.references.require(change, deployment, caller);
    const { servingPlatform } = this.config;
    const unknownRoles = this.unknownRoles(change);
    return write(
      this.writer,
      this.gate,
      { type: 'ChangeDirectly', deploymentId, change, servingPlatform, unknownRoles },
      ({ importance }) => ({ action: change.action, importances: [importance] }),
      caller,
      context,
    );
  }

  private unknownRoles(change: Change): readonly string[] {
    if (change.action !== 'replaceRoles') return [];
    return change.allowedRoles.filter((role) => !this.directory.knowsRole(role));
  }
}

@CommandHandler(UpdateDeployment)
export class UpdateDeploymentHandler implements ICommandHandler<UpdateDeployment> {
  constructor(
    private readonly writer: DeploymentWriter,
    private readonly access: DeploymentAccess,
    private readonly gate: PolicyGate,
  ) {}

  async execute({ deploymentId, details, caller, context }: UpdateDeployment): Promise<DeploymentView> {
    await requireVisible(deploymentId, caller, this.writer, this.access);
    const { importance } = details;
    return write(
      this.writer,
      this.gate,
      { type: 'DescribeDeployment', deploymentId, ...details },
      (deployment) =>
        importance === undefined || importance === deployment.importance
          ? null
          : { action: 'changeImportance', importances: [deployment.importance, importance] },
      caller,
      context,
    );
  }
}
