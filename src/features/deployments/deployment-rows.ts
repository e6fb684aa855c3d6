import type { DeploymentRunView, DeploymentView } from './deployment.view.js';

/** A row of the read model `deployments`. */
export interface DeploymentRow {
  readonly deployment_id: string;
  readonly model: string;
  readonly name: string;
  readonly model_version: string | null;
  readonly model_alias: string | null;
  readonly resolved_model_version: string | null;
  readonly type: DeploymentView['type'];
  readonly status: DeploymentView['status'];
  readonly domain: string;
  readonly owner: string;
  readonly owner_id: string | null;
  readonly importance: DeploymentView['importance'];
  readonly allowed_roles: string | null;
  readonly schedule: string | null;
  readonly last_run: string | null;
  readonly service_url: string | null;
  readonly replica_count: number | null;
  readonly ready_replicas: number | null;
  readonly error_message: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly stopped_at: string | null;
  readonly label: string;
  readonly description: string | null;
  readonly approval_status: DeploymentView['approvalStatus'];
  readonly model_id: string | null;
  readonly model_package_id: string | null;
  readonly secondary_datasets_config_id: string | null;
  readonly revision: number;
  readonly position: number;
}

/** SQLite may end a text at its first NUL and so find `a` for `a\0b`; nothing is stored under a name that has one. */
export const canBeStored = (...texts: readonly string[]): boolean =>
  texts.every((text) => !text.includes('\0'));

export const parseList = (text: string | null): readonly string[] | null =>
  text === null ? null : (JSON.parse(text) as string[]);

export const rowToView = (row: DeploymentRow): DeploymentView => ({
  deploymentId: row.deployment_id,
  model: row.model,
  name: row.name,
  modelVersion: row.model_version,
  modelAlias: row.model_alias,
  resolvedModelVersion: row.resolved_model_version,
  type: row.type,
  status: row.status,
  domain: row.domain,
  owner: row.owner,
  ownerId: row.owner_id,
  importance: row.importance,
  allowedRoles: parseList(row.allowed_roles),
  schedule: row.schedule,
  lastRun: row.last_run === null ? null : (JSON.parse(row.last_run) as DeploymentRunView),
  serviceUrl: row.service_url,
  replicaCount: row.replica_count,
  readyReplicas: row.ready_replicas,
  errorMessage: row.error_message,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  stoppedAt: row.stopped_at,
  label: row.label,
  description: row.description,
  approvalStatus: row.approval_status,
  modelId: row.model_id,
  modelPackageId: row.model_package_id,
  secondaryDatasetsConfigId: row.secondary_datasets_config_id,
  revision: BigInt(row.revision),
  position: BigInt(row.position),
});
