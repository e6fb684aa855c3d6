import type { Change, ChangeAction } from '../change-request/change.js';
import { outerStatus } from '../change-request/diff.js';
import type { DeploymentEvent, DeploymentNames, ServedModel } from './deployment.events.js';
import type { Deployment } from './deployment.state.js';
import { start, stop } from './lifecycle.js';
import type { ServingPlatform } from './registration.js';
import { replaceRoles } from './replace-roles.js';

/** What the rules of a change need to know beside the deployment. */
export interface Surroundings {
  readonly servingPlatform: ServingPlatform;
  /** Those of the roles in the change that the directory does not know. */
  readonly unknownRoles: readonly string[];
}

const changeStatus = (
  status: 'active' | 'inactive',
  deployment: Deployment,
  { servingPlatform }: Surroundings,
): readonly DeploymentEvent[] => {
  const { deploymentId } = deployment;
  if (status === 'inactive') {
    const runs = deployment.status !== 'stopped' && deployment.status !== 'failed';
    return runs ? stop({ type: 'StopDeployment', deploymentId }, deployment) : [];
  }
  // One that is on its way was told to become active before.
  const rests = deployment.status === 'stopped' || deployment.status === 'failed';
  return rests ? start({ type: 'StartDeployment', deploymentId, servingPlatform }, deployment) : [];
};

const replaceModel = (
  names: DeploymentNames,
  { modelId, modelPackageId }: Deployment,
  after: ServedModel,
  replacementReason: string,
): readonly DeploymentEvent[] =>
  modelId === after.modelId && modelPackageId === after.modelPackageId
    ? []
    : [
        {
          type: 'DeploymentModelReplaced',
          data: { ...names, before: { modelId, modelPackageId }, after, replacementReason },
        },
      ];

/** The events that make the change true; none when it is already. @throws DomainError when the deployment can't be changed */
export const carryOut = (
  change: Change,
  deployment: Deployment,
  surroundings: Surroundings,
): readonly DeploymentEvent[] => {
  const { deploymentId, model, name } = deployment;
  const names = { deploymentId, model, name };
  switch (change.action) {
    case 'approve':
      return deployment.approvalStatus === 'APPROVED' ? [] : [{ type: 'DeploymentApproved', data: names }];
    case 'changeStatus':
      return changeStatus(change.status, deployment, surroundings);
    case 'changeImportance': {
      const { importance: before } = deployment;
      const { importance: after } = change;
      if (before === after) return [];
      return [{ type: 'DeploymentImportanceChanged', data: { ...names, before, after } }];
    }
    case 'cleanupStats': {
      const { action: _, ...span } = change;
      return [{ type: 'MonitoringDataCleaned', data: { ...names, ...span } }];
    }
    case 'delete': {
      const { defaultDeploymentId, ignoreManagementAgent } = change;
      const data = {
        ...names,
        from: deployment.status,
        ...(defaultDeploymentId === null ? {} : { defaultDeploymentId }),
        ...(ignoreManagementAgent === null ? {} : { ignoreManagementAgent }),
      };
      return [{ type: 'DeploymentArchived', data }];
    }
    case 'replaceModel': {
      const after = { modelId: change.modelId, modelPackageId: null };
      return replaceModel(names, deployment, after, change.replacementReason);
    }
    case 'replaceModelPackage': {
      const after = { modelId: null, modelPackageId: change.modelPackageId };
      return replaceModel(names, deployment, after, change.replacementReason);
    }
    case 'updateSecondaryDatasetConfigs': {
      const before = { secondaryDatasetsConfigId: deployment.secondaryDatasetsConfigId };
      const after = { secondaryDatasetsConfigId: change.secondaryDatasetsConfigId };
      if (before.secondaryDatasetsConfigId === after.secondaryDatasetsConfigId) return [];
      return [{ type: 'DeploymentConfigurationUpdated', data: { ...names, before, after } }];
    }
    case 'replaceRoles': {
      const { unknownRoles } = surroundings;
      const { allowedRoles: roles } = change;
      return replaceRoles({ type: 'ReplaceRoles', deploymentId, roles, unknownRoles }, deployment);
    }
  }
};

const FIELD_OF: Readonly<Record<ChangeAction, string>> = {
  approve: 'approvalStatus',
  changeStatus: 'status',
  changeImportance: 'importance',
  cleanupStats: 'monitoring data',
  delete: 'status',
  replaceModel: 'model',
  replaceModelPackage: 'model package',
  updateSecondaryDatasetConfigs: 'secondary datasets configuration',
  replaceRoles: 'allowed roles',
};

/**
 * The field that is already as the change would have it; `null` when the change changes something, or could not be made
 * at all.
 */
export const presentField = (change: Change, deployment: Deployment): string | null => {
  if (deployment.status === 'archived') return null;
  const isPresent =
    change.action === 'changeStatus'
      ? outerStatus(deployment.status) === change.status
      : carryOut(change, deployment, { servingPlatform: 'none', unknownRoles: [] }).length === 0;
  return isPresent ? FIELD_OF[change.action] : null;
};
