import { isRestart } from '../../domain/deployment/deployment.evolve.js';
import { ownerAsSent } from '../../domain/deployment/deployment.state.js';
import type { Projection } from '../../projections/projection.js';

/** SQLite's parameters know no boolean. */
const flag = (value: boolean): number => (value ? 1 : 0);
const list = (values: readonly string[] | null): string | null =>
  values === null ? null : JSON.stringify(values);

/** One row per deployment, with all that a view or a decision needs. */
export const deploymentsProjection: Projection = {
  name: 'deployments',
  version: 2,
  tables: ['deployments'],

  schema: ({ deployments }) => [
    `CREATE TABLE ${deployments} (
      deployment_id TEXT PRIMARY KEY,
      registered_at_position INTEGER NOT NULL,
      model TEXT NOT NULL,
      name TEXT NOT NULL,
      model_version TEXT,
      model_alias TEXT,
      resolved_model_version TEXT,
      type TEXT NOT NULL,
      status TEXT NOT NULL,
      domain TEXT NOT NULL,
      owner TEXT NOT NULL,
      owner_id TEXT,
      importance TEXT NOT NULL,
      allowed_roles TEXT,
      schedule TEXT,
      last_run_number INTEGER NOT NULL DEFAULT 0,
      last_run TEXT,
      service_url TEXT,
      replica_count INTEGER,
      ready_replicas INTEGER,
      error_message TEXT,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL,
      stopped_at TEXT,
      label TEXT NOT NULL,
      description TEXT,
      approval_status TEXT NOT NULL DEFAULT 'APPROVED',
      model_id TEXT,
      model_package_id TEXT,
      secondary_datasets_config_id TEXT,
      revision INTEGER NOT NULL,
      position INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
  ],

  indexes: ({ deployments }) => [
    `CREATE UNIQUE INDEX ${deployments}_name ON ${deployments} (model, name)`,
    `CREATE INDEX ${deployments}_oldest ON ${deployments} (model, registered_at_position)`,
  ],

  handlers: (db, { deployments }) => {
    const insert = db.prepare(
      `INSERT INTO ${deployments} (deployment_id, registered_at_position, model, name, model_version, model_alias,
        resolved_model_version, type, status, domain, owner, owner_id, importance, allowed_roles, schedule,
        created_at, updated_at, label, revision, position)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const update = (columns: string) =>
      db.prepare(
        `UPDATE ${deployments} SET ${columns}, updated_at = ?, revision = ?, position = ? WHERE deployment_id = ?`,
      );
    const setRoles = update('allowed_roles = ?');
    const setStatus = update(
      `status = ?,
      service_url = iif(?, ?, service_url),
      replica_count = iif(?, ?, replica_count),
      ready_replicas = iif(?, ?, ready_replicas),
      error_message = iif(?, ?, error_message),
      stopped_at = iif(?, ?, stopped_at)`,
    );
    const setRun = update(
      `last_run = iif(last_run_number > ?1, last_run, ?2), last_run_number = max(last_run_number, ?1)`,
    );
    const archive = update(`status = 'archived'`);
    const touch = update('status = status');
    const approve = update(`approval_status = 'APPROVED'`);
    const setImportance = update('importance = ?');
    const setModel = update('model_id = ?, model_package_id = ?');
    const setConfiguration = update('secondary_datasets_config_id = ?');
    const describe = update('label = iif(?, ?, label), description = iif(?, ?, description)');
    // What says something about the deployment without changing it.
    const seen = (columns = '') =>
      db.prepare(`UPDATE ${deployments} SET ${columns} revision = ?, position = ? WHERE deployment_id = ?`);
    const requireApproval = seen(`approval_status = 'PENDING',`);
    const conclude = seen();

    return {
      DeploymentRegistered: ({ data, metadata: { occurredAt }, revision, position }) => {
        insert.run(
          data.deploymentId,
          position,
          data.model,
          data.name,
          data.modelVersion,
          data.modelAlias,
          data.resolvedModelVersion,
          data.type,
          data.domain,
          ownerAsSent(data),
          data.ownerId,
          data.importance,
          list(data.allowedRoles),
          data.schedule,
          occurredAt,
          occurredAt,
          data.name,
          revision,
          position,
        );
      },

      RolesReplaced: ({ data, metadata: { occurredAt }, revision, position }) => {
        setRoles.run(list(data.after), occurredAt, revision, position, data.deploymentId);
      },

      DeploymentStatusChanged: ({ data, metadata: { occurredAt }, revision, position }) => {
        const { to, serviceUrl, replicaCount, readyReplicas, errorMessage } = data;
        const restart = isRestart(data);
        setStatus.run(
          to,
          flag(serviceUrl !== undefined),
          serviceUrl ?? null,
          flag(replicaCount !== undefined),
          replicaCount ?? null,
          flag(readyReplicas !== undefined),
          readyReplicas ?? null,
          flag(errorMessage !== undefined || restart),
          errorMessage ?? null,
          flag(to === 'stopped' || restart),
          to === 'stopped' ? occurredAt : null,
          occurredAt,
          revision,
          position,
          data.deploymentId,
        );
      },

      DeploymentRunReported: ({ data, metadata: { occurredAt }, revision, position }) => {
        const { runId, airflowRunId, runNumber, status, rowsScored, startedAt, finishedAt } = data;
        const run = JSON.stringify({ runId, airflowRunId, status, rowsScored, startedAt, finishedAt });
        setRun.run(runNumber, run, occurredAt, revision, position, data.deploymentId);
      },

      DeploymentArchived: ({ data, metadata: { occurredAt }, revision, position }) => {
        archive.run(occurredAt, revision, position, data.deploymentId);
      },

      DeploymentApprovalRequired: ({ data, revision, position }) => {
        requireApproval.run(revision, position, data.deploymentId);
      },

      DeploymentApproved: ({ data, metadata: { occurredAt }, revision, position }) => {
        approve.run(occurredAt, revision, position, data.deploymentId);
      },

      DeploymentImportanceChanged: ({ data, metadata: { occurredAt }, revision, position }) => {
        setImportance.run(data.after, occurredAt, revision, position, data.deploymentId);
      },

      DeploymentModelReplaced: ({ data, metadata: { occurredAt }, revision, position }) => {
        const { modelId, modelPackageId } = data.after;
        setModel.run(modelId, modelPackageId, occurredAt, revision, position, data.deploymentId);
      },

      DeploymentConfigurationUpdated: ({ data, metadata: { occurredAt }, revision, position }) => {
        const { secondaryDatasetsConfigId } = data.after;
        setConfiguration.run(secondaryDatasetsConfigId, occurredAt, revision, position, data.deploymentId);
      },

      MonitoringDataCleaned: ({ data, metadata: { occurredAt }, revision, position }) => {
        touch.run(occurredAt, revision, position, data.deploymentId);
      },

      DeploymentDescribed: ({ data, metadata: { occurredAt }, revision, position }) => {
        const { label, description } = data;
        describe.run(
          flag(label !== undefined),
          label?.after ?? null,
          flag(description !== undefined),
          description?.after ?? null,
          occurredAt,
          revision,
          position,
          data.deploymentId,
        );
      },

      ApprovedChangeApplied: ({ data, revision, position }) => {
        conclude.run(revision, position, data.deploymentId);
      },

      ApprovedChangeRefused: ({ data, revision, position }) => {
        conclude.run(revision, position, data.deploymentId);
      },
    };
  },
};
