import type { DeploymentStatus } from '../deployment/deployment.events.js';
import type { Deployment } from '../deployment/deployment.state.js';
import type { Change, ChangeOf } from './change.js';
import type { Diff } from './change-request.events.js';

/** What of a deployment changes are shown against. */
export type ChangedDeployment = Pick<
  Deployment,
  | 'deploymentId'
  | 'label'
  | 'model'
  | 'status'
  | 'importance'
  | 'approvalStatus'
  | 'modelId'
  | 'modelPackageId'
  | 'secondaryDatasetsConfigId'
  | 'allowedRoles'
>;

export type ReferenceKind = 'model' | 'modelPackage' | 'secondaryDatasetsConfig' | 'deployment';

export interface Reference {
  readonly kind: ReferenceKind;
  readonly id: string;
  /** Field of the change that names it. */
  readonly field: string;
}

/** Names of what changes and deployments refer to, by {@link nameKey}. */
export type Names = Readonly<Record<string, string>>;

export const nameKey = (kind: ReferenceKind, id: string): string => `${kind} ${id}`;

/** What the change refers to, and what must exist for it. */
export const referencesOf = (change: Change): readonly Reference[] => {
  switch (change.action) {
    case 'replaceModel':
      return [{ kind: 'model', id: change.modelId, field: 'modelId' }];
    case 'replaceModelPackage':
      return [{ kind: 'modelPackage', id: change.modelPackageId, field: 'modelPackageId' }];
    case 'updateSecondaryDatasetConfigs': {
      const { secondaryDatasetsConfigId: id } = change;
      return [{ kind: 'secondaryDatasetsConfig', id, field: 'secondaryDatasetsConfigId' }];
    }
    case 'cleanupStats':
      return change.modelId === null ? [] : [{ kind: 'model', id: change.modelId, field: 'modelId' }];
    case 'delete': {
      const { defaultDeploymentId: id } = change;
      return id === null ? [] : [{ kind: 'deployment', id, field: 'defaultDeploymentId' }];
    }
    default:
      return [];
  }
};

/** All that is named where the change is shown. */
export const namedIn = (
  change: Change,
  { modelId, modelPackageId }: ChangedDeployment,
): readonly Pick<Reference, 'kind' | 'id'>[] => [
  ...referencesOf(change),
  ...(modelId === null ? [] : [{ kind: 'model', id: modelId } as const]),
  ...(modelPackageId === null ? [] : [{ kind: 'modelPackage', id: modelPackageId } as const]),
];

/** Other systems know two statuses. */
export const outerStatus = (status: DeploymentStatus): 'active' | 'inactive' =>
  status === 'active' ? 'active' : 'inactive';

const named = (names: Names, kind: ReferenceKind, id: string): string =>
  `${names[nameKey(kind, id)] ?? id} (${id})`;

const servedModel = ({ modelId, modelPackageId, model }: ChangedDeployment, names: Names): string => {
  if (modelId !== null) return named(names, 'model', modelId);
  return modelPackageId === null ? `${model} (${model})` : 'none';
};

const rolesIn = (roles: readonly string[] | null): string =>
  roles === null || roles.length === 0 ? 'none' : roles.join(', ');

const span = ({ start, end, modelId }: ChangeOf<'cleanupStats'>, names: Names): string =>
  `Monitoring data of ${modelId === null ? 'all models' : named(names, 'model', modelId)} ` +
  `from ${start ?? 'the beginning'} to ${end ?? 'the end'}`;

const lines = (from: string, ...to: readonly string[]): Diff => ({ changesFrom: [from], changesTo: to });

const deletion = (
  { defaultDeploymentId, ignoreManagementAgent }: ChangeOf<'delete'>,
  { label, deploymentId }: ChangedDeployment,
  names: Names,
): Diff =>
  lines(
    `Deployment: ${label} (${deploymentId})`,
    'Deployment deleted',
    ...(defaultDeploymentId === null
      ? []
      : [`Traffic moves to deployment ${named(names, 'deployment', defaultDeploymentId)}`]),
    ...(ignoreManagementAgent === true ? ['Management agent is not waited for'] : []),
  );

/** The change against the deployment as it is, in lines for people. */
export const diffOf = (change: Change, deployment: ChangedDeployment, names: Names): Diff => {
  switch (change.action) {
    case 'approve':
      return lines(`Approval status: ${deployment.approvalStatus}`, 'Approval status: APPROVED');
    case 'changeStatus':
      return lines(`Status: ${outerStatus(deployment.status)}`, `Status: ${change.status}`);
    case 'changeImportance':
      return lines(`Importance: ${deployment.importance}`, `Importance: ${change.importance}`);
    case 'cleanupStats':
      return lines(`${span(change, names)} is kept`, `${span(change, names)} is deleted`);
    case 'delete':
      return deletion(change, deployment, names);
    case 'replaceModel':
      return lines(
        `Model: ${servedModel(deployment, names)}`,
        `Model: ${named(names, 'model', change.modelId)}`,
        `Replacement reason: ${change.replacementReason}`,
      );
    case 'replaceModelPackage': {
      const { modelPackageId } = deployment;
      return lines(
        `Model package: ${modelPackageId === null ? 'none' : named(names, 'modelPackage', modelPackageId)}`,
        `Model package: ${named(names, 'modelPackage', change.modelPackageId)}`,
        `Replacement reason: ${change.replacementReason}`,
      );
    }
    case 'updateSecondaryDatasetConfigs':
      return lines(
        `Secondary datasets configuration: ${deployment.secondaryDatasetsConfigId ?? 'none'}`,
        `Secondary datasets configuration: ${change.secondaryDatasetsConfigId}`,
      );
    case 'replaceRoles':
      return lines(
        `Allowed roles: ${rolesIn(deployment.allowedRoles)}`,
        `Allowed roles: ${rolesIn(change.allowedRoles)}`,
      );
  }
};
