import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { requireAccess } from '../../domain/deployment/access-refusals.js';
import { mayManage } from '../../domain/deployment/access.js';
import { Directory } from '../../platform/auth/directory.js';
import { PolicyGate } from '../approval-policies/index.js';
import { ReplaceRoles } from './commands.js';
import { DeploymentWriter } from './deployment-writer.js';
import type { DeploymentView } from './deployment.view.js';

@CommandHandler(ReplaceRoles)
export class ReplaceRolesHandler implements ICommandHandler<ReplaceRoles> {
  constructor(
    private readonly writer: DeploymentWriter,
    private readonly directory: Directory,
    private readonly gate: PolicyGate,
  ) {}

  async execute({ model, name, roles, caller, context }: ReplaceRoles): Promise<DeploymentView> {
    const unknownRoles = roles.filter((role) => !this.directory.knowsRole(role));
    const { view } = await this.writer.writeNamed(
      model,
      name,
      (deploymentId) => ({ type: 'ReplaceRoles', deploymentId, roles, unknownRoles }),
      context,
      (deployment) => {
        requireAccess(mayManage, caller, deployment);
        const { importance } = deployment;
        this.gate.requireUngated({ action: 'replaceRoles', caller, importances: [importance] });
      },
    );
    return view;
  }
}
