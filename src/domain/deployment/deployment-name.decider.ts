import type { Decider } from '../shared/decider.js';
import type { DeploymentNameReserved, DeploymentNames } from './deployment.events.js';
import { nameTaken } from './refusals.js';

export interface ReserveDeploymentName extends DeploymentNames {
  readonly type: 'ReserveDeploymentName';
  /** The holder of the name that was found to be abandoned: the name may be taken over from this one, and no other. */
  readonly abandonedHolder: string | null;
}

export interface DeploymentNameState {
  /** Deployment id of the last claim. */
  readonly holder: string | null;
}

/**
 * Stream `deploymentName-<hash of model and name>`: makes a name unique per model. It stays taken for ever, also when the
 * deployment is archived; only a claim that never became a deployment can be taken over.
 */
export const deploymentNameDecider: Decider<
  DeploymentNameState,
  ReserveDeploymentName,
  DeploymentNameReserved
> = {
  name: 'deploymentName',
  initialState: { holder: null },
  decide: ({ deploymentId, model, name, abandonedHolder }, { holder }) => {
    if (holder === deploymentId) return [];
    if (holder !== null && holder !== abandonedHolder) throw nameTaken(model, name);
    return [{ type: 'DeploymentNameReserved', data: { deploymentId, model, name, takenOverFrom: holder } }];
  },
  evolve: (_, { data }) => ({ holder: data.deploymentId }),
};
