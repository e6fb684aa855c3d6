import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { requireMayRegister } from '../../domain/deployment/access-refusals.js';
import { deploymentNameDecider } from '../../domain/deployment/deployment-name.decider.js';
import { deploymentDecider } from '../../domain/deployment/deployment.decider.js';
import type { DeploymentNames } from '../../domain/deployment/deployment.events.js';
import { registrationOvertaken } from '../../domain/deployment/refusals.js';
import type { RegisterDeployment as RegisterCommand } from '../../domain/deployment/registration.js';
import { PLATFORM_ID, type Caller } from '../../domain/shared/caller.js';
import { derivedUuid, newId, type CommandContext } from '../../event-store/command-context.js';
import { DeciderRunner, PreconditionFailed } from '../../event-store/decider-runner.js';
import { KeyedQueue } from '../../event-store/keyed-queue.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { PolicyGate } from '../approval-policies/index.js';
import { RegisterDeployment, type NewDeployment } from './commands.js';
import { DeploymentWriter } from './deployment-writer.js';
import type { DeploymentView } from './deployment.view.js';
import { OwnerResolver } from './owner-resolver.js';
import { deploymentNameStream, deploymentStream } from './streams.js';

/**
 * First the name is claimed, then the deployment registered: two appends to two streams. What is left of a registration
 * that stopped between them is finished by a repeat with the same idempotency key, and taken over by anybody else's. Before
 * a claim is taken over its registration is barred in its own stream, so that a slow one can't come true afterwards and
 * leave two deployments with one name.
 */
@CommandHandler(RegisterDeployment)
export class RegisterDeploymentHandler implements ICommandHandler<RegisterDeployment> {
  /** Registrations of one name wait for each other here, so that only those of other replicas bar each other. */
  private readonly names = new KeyedQueue();

  constructor(
    private readonly runner: DeciderRunner,
    private readonly writer: DeploymentWriter,
    private readonly owners: OwnerResolver,
    private readonly gate: PolicyGate,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ deployment, caller, context }: RegisterDeployment): Promise<DeploymentView> {
    const owner = this.owners.resolve(deployment.owner, caller);
    requireMayRegister(caller, owner);
    if (context.ifMatch !== undefined) throw new PreconditionFailed(-1n);

    const { model, name } = deployment;
    const nameStream = deploymentNameStream(model, name);
    // The name is part of what the id is made from, so that one id never claims two names.
    const deploymentId = newId(context, nameStream);
    return this.names.run(nameStream, async () => {
      await this.claimName({ deploymentId, model, name }, context);
      const { view } = await this.writer.register(
        {
          type: 'RegisterDeployment',
          deployment: { ...deployment, ...owner, deploymentId },
          servingPlatform: this.config.servingPlatform,
          approval: this.approvalFor(deployment, deploymentId, caller),
        },
        context,
      );
      return view;
    });
  }

  /** Creating it may be what a policy watches for: then its approval is asked for by itself. */
  private approvalFor(
    { importance }: NewDeployment,
    deploymentId: string,
    caller: Caller,
  ): RegisterCommand['approval'] {
    const requirement = this.gate.requirementFor({ action: 'approve', caller, importances: [importance] });
    if (requirement.policy === null) return null;
    const changeRequestId = derivedUuid('approval', deploymentId);
    return { changeRequestId, requesterId: caller.userId ?? PLATFORM_ID, requirement };
  }

  private async claimName(names: DeploymentNames, context: CommandContext): Promise<void> {
    const stream = deploymentNameStream(names.model, names.name);
    const claim = { type: 'ReserveDeploymentName', ...names } as const;
    const first = { ...claim, abandonedHolder: null };
    if ((await this.runner.create(deploymentNameDecider, stream, first, context)) !== undefined) return;
    const { holder } = (await this.runner.load(deploymentNameDecider, stream)).state;
    if (holder === names.deploymentId) return;
    if (holder !== null) {
      await this.refuseIfOvertaken(names);
      await this.bar(holder, names, context);
    }
    await this.runner.run(deploymentNameDecider, stream, { ...claim, abandonedHolder: holder }, context);
  }

  /** A repeat of a request whose claim was taken over must not in turn bar the one that did. */
  private async refuseIfOvertaken({ deploymentId, model, name }: DeploymentNames): Promise<void> {
    const { state } = await this.runner.load(deploymentDecider, deploymentStream(deploymentId));
    if (state.phase === 'abandoned') throw registrationOvertaken(model, name);
  }

  /** @throws DomainError when the holder is a deployment: the name is taken. */
  private async bar(holder: string, names: DeploymentNames, context: CommandContext): Promise<void> {
    await this.runner.run(
      deploymentDecider,
      deploymentStream(holder),
      { type: 'AbandonRegistration', ...names, deploymentId: holder },
      context,
    );
  }
}
