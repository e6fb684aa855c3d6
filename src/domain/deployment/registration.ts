import type { DeploymentEvent, DeploymentNames, DeploymentRegistered } from './deployment.events.js';
import { isRegistered, ownerKey, type DeploymentState } from './deployment.state.js';
import { nameTaken, registrationOvertaken } from './refusals.js';
import { distinctRoles } from './replace-roles.js';

/** Who moves a deployment on: a serving platform that reports, or nobody, so that started means active. */
export type ServingPlatform = 'reports' | 'none';

export interface RegisterDeployment {
  readonly type: 'RegisterDeployment';
  readonly deployment: Omit<DeploymentRegistered['data'], 'resolvedModelVersion' | 'personal'> & {
    /** As sent. */
    readonly owner: string;
  };
  readonly servingPlatform: ServingPlatform;
}

/** Bars a registration that claimed its name and went no further, so that the name may safely go to another one. */
export interface AbandonRegistration extends DeploymentNames {
  readonly type: 'AbandonRegistration';
}

export const register = (
  { deployment: { owner, ...facts }, servingPlatform }: RegisterDeployment,
  state: DeploymentState,
): readonly DeploymentEvent[] => {
  const { deploymentId, model, name, ownerId, allowedRoles, modelVersion } = facts;
  if (state.phase === 'abandoned') throw registrationOvertaken(model, name);
  if (isRegistered(state)) throw nameTaken(model, name);
  const registered: DeploymentEvent = {
    type: 'DeploymentRegistered',
    data: {
      ...facts,
      allowedRoles: allowedRoles === null ? null : distinctRoles(allowedRoles),
      resolvedModelVersion: modelVersion,
      personal: { [ownerKey(deploymentId, ownerId)]: { owner } },
    },
  };
  if (servingPlatform === 'reports') return [registered];
  return [
    registered,
    { type: 'DeploymentStatusChanged', data: { deploymentId, model, name, from: 'pending', to: 'active' } },
  ];
};

export const abandonRegistration = (
  { deploymentId, model, name }: AbandonRegistration,
  state: DeploymentState,
): readonly DeploymentEvent[] => {
  if (isRegistered(state)) throw nameTaken(model, name);
  if (state.phase === 'abandoned') return [];
  return [{ type: 'DeploymentRegistrationAbandoned', data: { deploymentId, model, name } }];
};
