import type {
  DeploymentApprovalRequired,
  DeploymentEvent,
  DeploymentNames,
  DeploymentRegistered,
} from './deployment.events.js';
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
  /** What its creation has to be approved by, and the request that asks for it; `null`: nothing. */
  readonly approval: Pick<
    DeploymentApprovalRequired['data'],
    'changeRequestId' | 'requesterId' | 'requirement'
  > | null;
}

/** Bars a registration that claimed its name and went no further, so that the name may safely go to another one. */
export interface AbandonRegistration extends DeploymentNames {
  readonly type: 'AbandonRegistration';
}

export const register = (
  { deployment: { owner, ...facts }, servingPlatform, approval }: RegisterDeployment,
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
  const names = { deploymentId, model, name };
  const events: DeploymentEvent[] = [registered];
  if (approval !== null) events.push({ type: 'DeploymentApprovalRequired', data: { ...names, ...approval } });
  if (servingPlatform === 'none')
    events.push({ type: 'DeploymentStatusChanged', data: { ...names, from: 'pending', to: 'active' } });
  return events;
};

export const abandonRegistration = (
  { deploymentId, model, name }: AbandonRegistration,
  state: DeploymentState,
): readonly DeploymentEvent[] => {
  if (isRegistered(state)) throw nameTaken(model, name);
  if (state.phase === 'abandoned') return [];
  return [{ type: 'DeploymentRegistrationAbandoned', data: { deploymentId, model, name } }];
};
