import { change, diff, monitoringSpan, requirement } from '../change-request/change.schemas.js';
import { importance } from '../shared/importance.schema.js';
import { flag, instant, listOf, mapOf, object, oneOf, orNull, text, whole } from '../shared/schema.js';

const names = { deploymentId: text, model: text, name: text };
const application = { changeRequestId: text, attempt: whole(1) };
const deploymentStatus = oneOf('pending', 'deploying', 'active', 'failed', 'stopped', 'archived');
const table = { schema: text, table: text, catalog: text };
const servedModel = object({ modelId: orNull(text), modelPackageId: orNull(text) });

/** Of each event type the schema of its data in every version, the first one first. */
export const deploymentEventSchemas = {
  DeploymentRegistered: [
    object({
      ...names,
      modelVersion: orNull(text),
      modelAlias: orNull(text),
      resolvedModelVersion: orNull(text),
      type: oneOf('batch', 'online'),
      domain: text,
      ownerId: orNull(text),
      importance,
      allowedRoles: orNull(listOf(text)),
      source: object({ ...table, filterSql: orNull(text), snapshotId: orNull(text) }),
      target: object(table),
      entityColumns: listOf(text),
      schedule: orNull(text),
      rerunBehavior: oneOf('overwrite_partition', 'append_dedup'),
      partitionColumn: text,
      triggerNow: flag,
      personal: mapOf(object({ owner: text })),
    }),
  ],
  RolesReplaced: [
    object(
      {
        ...names,
        before: orNull(listOf(text)),
        after: listOf(text),
        added: listOf(text),
        removed: listOf(text),
      },
      { unknownRoles: listOf(text) },
    ),
  ],
  DeploymentStatusChanged: [
    object(
      { ...names, from: deploymentStatus, to: deploymentStatus },
      {
        serviceUrl: orNull(text),
        replicaCount: orNull(whole(0)),
        readyReplicas: orNull(whole(0)),
        errorMessage: orNull(text),
      },
    ),
  ],
  DeploymentRunReported: [
    object({
      ...names,
      runId: text,
      airflowRunId: text,
      runNumber: whole(1),
      status: oneOf('queued', 'running', 'succeeded', 'failed'),
      rowsScored: orNull(whole(0)),
      errorMessage: orNull(text),
      startedAt: orNull(instant),
      finishedAt: orNull(instant),
    }),
  ],
  DeploymentArchived: [
    object({ ...names, from: deploymentStatus }, { defaultDeploymentId: text, ignoreManagementAgent: flag }),
  ],
  DeploymentRegistrationAbandoned: [object(names)],
  DeploymentApprovalRequired: [object({ ...names, changeRequestId: text, requesterId: text, requirement })],
  DeploymentApproved: [object(names)],
  DeploymentImportanceChanged: [object({ ...names, before: importance, after: importance })],
  DeploymentModelReplaced: [
    object({ ...names, before: servedModel, after: servedModel, replacementReason: text }),
  ],
  DeploymentConfigurationUpdated: [
    object({
      ...names,
      before: object({ secondaryDatasetsConfigId: orNull(text) }),
      after: object({ secondaryDatasetsConfigId: text }),
    }),
  ],
  MonitoringDataCleaned: [object({ ...names, ...monitoringSpan })],
  DeploymentDescribed: [
    object(names, {
      label: object({ before: text, after: text }),
      description: object({ before: orNull(text), after: orNull(text) }),
    }),
  ],
  ApprovedChangeApplied: [object({ ...names, ...application, change, diff })],
  ApprovedChangeRefused: [object({ ...names, ...application, change, code: text, message: text })],
  DeploymentNameReserved: [object({ ...names, takenOverFrom: orNull(text) })],
} as const;
