import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { requireAccess } from '../../domain/deployment/access-refusals.js';
import { mayManage } from '../../domain/deployment/access.js';
import type { ChangeAction } from '../../domain/change-request/change.js';
import type { DeploymentCommand } from '../../domain/deployment/deployment.decider.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { PolicyGate } from '../approval-policies/index.js';
import { ArchiveDeployment, StartDeployment, StopDeployment } from './commands.js';
import { DeploymentWriter } from './deployment-writer.js';
import type { DeploymentView } from './deployment.view.js';

type LifecycleCommand = StartDeployment | StopDeployment | ArchiveDeployment;

const manage = async (
  writer: DeploymentWriter,
  gate: PolicyGate,
  action: ChangeAction,
  { model, name, caller, context }: LifecycleCommand,
  command: (deploymentId: string) => DeploymentCommand,
): Promise<DeploymentView> => {
  const written = await writer.writeNamed(model, name, command, context, (deployment) => {
    requireAccess(mayManage, caller, deployment);
    gate.requireUngated({ action, caller, importances: [deployment.importance] });
  });
  return written.view;
};

@CommandHandler(StartDeployment)
export class StartDeploymentHandler implements ICommandHandler<StartDeployment> {
  constructor(
    private readonly writer: DeploymentWriter,
    private readonly gate: PolicyGate,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  execute(command: StartDeployment): Promise<DeploymentView> {
    const { servingPlatform } = this.config;
    return manage(this.writer, this.gate, 'changeStatus', command, (deploymentId) => ({
      type: 'StartDeployment',
      deploymentId,
      servingPlatform,
    }));
  }
}

@CommandHandler(StopDeployment)
export class StopDeploymentHandler implements ICommandHandler<StopDeployment> {
  constructor(
    private readonly writer: DeploymentWriter,
    private readonly gate: PolicyGate,
  ) {}

  execute(command: StopDeployment): Promise<DeploymentView> {
    return manage(this.writer, this.gate, 'changeStatus', command, (deploymentId) => ({
      type: 'StopDeployment',
      deploymentId,
    }));
  }
}

@CommandHandler(ArchiveDeployment)
export class ArchiveDeploymentHandler implements ICommandHandler<ArchiveDeployment> {
  constructor(
    private readonly writer: DeploymentWriter,
    private readonly gate: PolicyGate,
  ) {}

  execute(command: ArchiveDeployment): Promise<DeploymentView> {
    return manage(this.writer, this.gate, 'delete', command, (deploymentId) => ({
      type: 'ArchiveDeployment',
      deploymentId,
    }));
  }
}
