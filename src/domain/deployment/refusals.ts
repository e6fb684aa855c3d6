import { DomainError } from '../shared/domain-error.js';
import type { Deployment, DeploymentState } from './deployment.state.js';
import { isRegistered } from './deployment.state.js';

export const namedDeploymentNotFound = (model: string, name: string): DomainError =>
  new DomainError(
    'not-found',
    'deployment-not-found',
    `Deployment '${name}' not found for model '${model}'`,
    {
      model,
      name,
    },
  );

export const deploymentNotFound = (deploymentId: string): DomainError =>
  new DomainError('not-found', 'deployment-not-found', `Deployment '${deploymentId}' not found`, {
    deploymentId,
  });

export const nameTaken = (model: string, name: string): DomainError =>
  new DomainError(
    'conflict',
    'deployment-name-taken',
    `Deployment '${name}' already exists for model '${model}'`,
    { model, name },
  );

/** Another registration of the same name went ahead of this one; sent anew, it is settled by who has the name by then. */
export const registrationOvertaken = (model: string, name: string): DomainError =>
  new DomainError(
    'conflict',
    'registration-overtaken',
    `Another registration of deployment '${name}' for model '${model}' went ahead of this one`,
    { model, name },
  );

export const forbiddenMove = (message: string, { status }: Deployment): DomainError =>
  new DomainError('conflict', 'forbidden-transition', message, { status });

/** The deployment, when there is one and it may still change. */
export const requireChangeable = (state: DeploymentState, deploymentId: string): Deployment => {
  if (!isRegistered(state)) throw deploymentNotFound(deploymentId);
  if (state.status === 'archived')
    throw new DomainError('conflict', 'deployment-archived', 'Deployment is archived', {
      status: 'archived',
    });
  return state;
};
