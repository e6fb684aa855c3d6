import { Injectable } from '@nestjs/common';
import { deploymentNameDecider } from '../../domain/deployment/deployment-name.decider.js';
import { deploymentDecider, type DeploymentCommand } from '../../domain/deployment/deployment.decider.js';
import {
  isRegistered,
  type Deployment,
  type DeploymentState,
} from '../../domain/deployment/deployment.state.js';
import { namedDeploymentNotFound } from '../../domain/deployment/refusals.js';
import type { RegisterDeployment } from '../../domain/deployment/registration.js';
import type { DomainError } from '../../domain/shared/domain-error.js';
import type { CommandContext } from '../../event-store/command-context.js';
import { DeciderRunner, type Decided } from '../../event-store/decider-runner.js';
import { deploymentView, type DeploymentView } from './deployment.view.js';
import { deploymentNameStream, deploymentStream, isDeploymentId } from './streams.js';

export interface WrittenDeployment {
  readonly deployment: Deployment;
  readonly view: DeploymentView;
}

interface Permission {
  /** Refuses a deployment that does not exist. */
  readonly notFound: () => DomainError;
  /** Refuses the caller; asked again on every attempt, against the state that is then decided on. */
  readonly authorize: (deployment: Deployment) => void;
}

/** Carries commands to a deployment's stream. */
@Injectable()
export class DeploymentWriter {
  constructor(private readonly runner: DeciderRunner) {}

  /**
   * A deployment as users address it. Its id comes from the stream that reserves the name, not from a read model, so that
   * a deployment registered a moment ago by another replica is found.
   */
  async writeNamed(
    model: string,
    name: string,
    command: (deploymentId: string) => DeploymentCommand,
    context: CommandContext,
    authorize: Permission['authorize'],
  ): Promise<WrittenDeployment> {
    const notFound = (): DomainError => namedDeploymentNotFound(model, name);
    const deploymentId = await this.holderOf(deploymentNameStream(model, name));
    if (deploymentId === null) throw notFound();
    return this.write(deploymentId, command(deploymentId), context, { notFound, authorize });
  }

  /** A deployment keeps its name for ever, so that it need not be looked for again. A claim alone may be taken over. */
  private async holderOf(nameStream: string): Promise<string | null> {
    const holder = this.runner.remembered(deploymentNameDecider, nameStream)?.holder ?? null;
    const deployment = holder && this.runner.remembered(deploymentDecider, deploymentStream(holder));
    if (deployment && isRegistered(deployment)) return holder;
    return (await this.runner.load(deploymentNameDecider, nameStream)).state.holder;
  }

  /** The deployment as it is in the log now; `undefined`: there is none. */
  async load(deploymentId: string): Promise<Deployment | undefined> {
    if (!isDeploymentId(deploymentId)) return undefined;
    const { state } = await this.runner.load(deploymentDecider, deploymentStream(deploymentId));
    return isRegistered(state) ? state : undefined;
  }

  async register(command: RegisterDeployment, context: CommandContext): Promise<WrittenDeployment> {
    const { deploymentId } = command.deployment;
    const stream = deploymentStream(deploymentId);
    const registered = await this.runner.create(deploymentDecider, stream, command, context);
    return registered === undefined ? this.write(deploymentId, command, context) : written(registered);
  }

  async write(
    deploymentId: string,
    command: DeploymentCommand,
    context: CommandContext,
    permission?: Permission,
  ): Promise<WrittenDeployment> {
    const decided = await this.runner.run(
      deploymentDecider,
      deploymentStream(deploymentId),
      command,
      context,
      {
        authorize: (state) => {
          if (permission === undefined) return;
          if (!isRegistered(state)) throw permission.notFound();
          permission.authorize(state);
        },
      },
    );
    return written(decided);
  }
}

const written = (decided: Decided<DeploymentState>): WrittenDeployment => {
  const { state } = decided;
  if (!isRegistered(state)) throw new Error('a deployment was written but is not registered');
  return { deployment: state, view: deploymentView(state, decided) };
};
