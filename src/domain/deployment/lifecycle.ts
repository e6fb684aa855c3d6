import type { DeploymentEvent, DeploymentStatus } from './deployment.events.js';
import type { DeploymentState } from './deployment.state.js';
import { forbiddenMove, requireChangeable } from './refusals.js';
import type { ServingPlatform } from './registration.js';

export interface StartDeployment {
  readonly type: 'StartDeployment';
  readonly deploymentId: string;
  readonly servingPlatform: ServingPlatform;
}

export interface StopDeployment {
  readonly type: 'StopDeployment';
  readonly deploymentId: string;
}

export interface ArchiveDeployment {
  readonly type: 'ArchiveDeployment';
  readonly deploymentId: string;
}

const STARTABLE: readonly DeploymentStatus[] = ['stopped', 'failed'];
const STOPPABLE: readonly DeploymentStatus[] = ['pending', 'deploying', 'active'];

/** With a serving platform a start only asks for it: the platform reports when it is active. */
export const start = (
  { deploymentId: id, servingPlatform }: StartDeployment,
  state: DeploymentState,
): readonly DeploymentEvent[] => {
  const deployment = requireChangeable(state, id);
  const { deploymentId, model, name, status: from } = deployment;
  if (!STARTABLE.includes(from))
    throw forbiddenMove(`Deployment can't be started while it is ${from}`, deployment);
  const to = servingPlatform === 'reports' ? 'deploying' : 'active';
  return [{ type: 'DeploymentStatusChanged', data: { deploymentId, model, name, from, to } }];
};

export const stop = (
  { deploymentId: id }: StopDeployment,
  state: DeploymentState,
): readonly DeploymentEvent[] => {
  const deployment = requireChangeable(state, id);
  const { deploymentId, model, name, status: from } = deployment;
  if (!STOPPABLE.includes(from))
    throw forbiddenMove(`Deployment can't be stopped while it is ${from}`, deployment);
  return [{ type: 'DeploymentStatusChanged', data: { deploymentId, model, name, from, to: 'stopped' } }];
};

export const archive = (
  { deploymentId: id }: ArchiveDeployment,
  state: DeploymentState,
): readonly DeploymentEvent[] => {
  const { deploymentId, model, name, status: from } = requireChangeable(state, id);
  return [{ type: 'DeploymentArchived', data: { deploymentId, model, name, from } }];
};
