import type { Change } from '../change-request/change.js';
import type { Diff } from '../change-request/change-request.events.js';
import type { Requirement } from '../change-request/requirement.js';
import type { DomainEvent } from '../shared/decider.js';
import type { Importance } from '../shared/importance.js';

export type DeploymentType = 'batch' | 'online';
export type DeploymentStatus = 'pending' | 'deploying' | 'active' | 'failed' | 'stopped' | 'archived';
export type RunStatus = 'queued' | 'running' | 'succeeded' | 'failed';
export type { Importance };

/** Names that an auditor needs to read any event of a deployment alone. */
export interface DeploymentNames {
  readonly deploymentId: string;
  /** Registered model name. */
  readonly model: string;
  /** Deployment name, unique per model. */
  readonly name: string;
}

export interface TableReference {
  readonly schema: string;
  readonly table: string;
  readonly catalog: string;
}

export interface SourceTable extends TableReference {
  readonly filterSql: string | null;
  readonly snapshotId: string | null;
}

export type DeploymentRegistered = DomainEvent<
  'DeploymentRegistered',
  DeploymentNames & {
    /** Exactly one of version and alias is set. */
    readonly modelVersion: string | null;
    readonly modelAlias: string | null;
    /** The version meant by the alias at registration, when known. */
    readonly resolvedModelVersion: string | null;
    readonly type: DeploymentType;
    readonly domain: string;
    /** Directory id of the owner; `null` when `owner` as sent matched nobody or several people. */
    readonly ownerId: string | null;
    readonly importance: Importance;
    readonly allowedRoles: readonly string[] | null;
    readonly source: SourceTable;
    readonly target: TableReference;
    readonly entityColumns: readonly string[];
    readonly schedule: string | null;
    readonly rerunBehavior: 'overwrite_partition' | 'append_dedup';
    readonly partitionColumn: string;
    readonly triggerNow: boolean;
    /** `owner` as sent, keyed by `ownerId`, or by `owner-of-<deploymentId>` when it was not resolved. */
    readonly personal: { readonly [personId: string]: { readonly owner: string } };
  }
>;

export type RolesReplaced = DomainEvent<
  'RolesReplaced',
  DeploymentNames & {
    /** `null`: never configured. */
    readonly before: readonly string[] | null;
    readonly after: readonly string[];
    readonly added: readonly string[];
    readonly removed: readonly string[];
    /** Roles in `after` that the directory does not know (they may be made later). */
    readonly unknownRoles?: readonly string[];
  }
>;

/** `from` equals `to` when the serving platform reports new details of the same status. */
export type DeploymentStatusChanged = DomainEvent<
  'DeploymentStatusChanged',
  DeploymentNames & {
    readonly from: DeploymentStatus;
    readonly to: DeploymentStatus;
    readonly serviceUrl?: string | null;
    readonly replicaCount?: number | null;
    readonly readyReplicas?: number | null;
    readonly errorMessage?: string | null;
  }
>;

/** A run of a batch deployment as the orchestrator last reported it. */
export type DeploymentRunReported = DomainEvent<
  'DeploymentRunReported',
  DeploymentNames & {
    readonly runId: string;
    readonly airflowRunId: string;
    /** Counts the deployment's runs from 1 in the order in which they were first reported; the highest is the latest. */
    readonly runNumber: number;
    readonly status: RunStatus;
    readonly rowsScored: number | null;
    readonly errorMessage: string | null;
    readonly startedAt: string | null;
    readonly finishedAt: string | null;
  }
>;

export type DeploymentArchived = DomainEvent<
  'DeploymentArchived',
  DeploymentNames & {
    readonly from: DeploymentStatus;
    /** The deployment that takes over the traffic, when one was named. */
    readonly defaultDeploymentId?: string;
    /** That the management agent is not waited for, when it was said. */
    readonly ignoreManagementAgent?: boolean;
  }
>;

/** The deployment may be used, but counts as not approved until its request is carried out; in one append with its registration. */
export type DeploymentApprovalRequired = DomainEvent<
  'DeploymentApprovalRequired',
  DeploymentNames & {
    /** The request for its approval, which is opened under this id. */
    readonly changeRequestId: string;
    readonly requesterId: string;
    readonly requirement: Requirement;
  }
>;

export type DeploymentApproved = DomainEvent<'DeploymentApproved', DeploymentNames>;

export type DeploymentImportanceChanged = DomainEvent<
  'DeploymentImportanceChanged',
  DeploymentNames & { readonly before: Importance; readonly after: Importance }
>;

/** What a deployment serves: a model, or a package of one. */
export interface ServedModel {
  readonly modelId: string | null;
  readonly modelPackageId: string | null;
}

export type DeploymentModelReplaced = DomainEvent<
  'DeploymentModelReplaced',
  DeploymentNames & {
    readonly before: ServedModel;
    readonly after: ServedModel;
    readonly replacementReason: string;
  }
>;

export type DeploymentConfigurationUpdated = DomainEvent<
  'DeploymentConfigurationUpdated',
  DeploymentNames & {
    readonly before: { readonly secondaryDatasetsConfigId: string | null };
    readonly after: { readonly secondaryDatasetsConfigId: string };
  }
>;

/** Monitoring data of this span was told to be deleted; `null`: from the beginning, to the end, of all models. */
export type MonitoringDataCleaned = DomainEvent<
  'MonitoringDataCleaned',
  DeploymentNames & {
    readonly dataType: 'monitoring';
    readonly start: string | null;
    readonly end: string | null;
    readonly modelId: string | null;
  }
>;

/** Fields that stayed are absent. */
export type DeploymentDescribed = DomainEvent<
  'DeploymentDescribed',
  DeploymentNames & {
    readonly label?: { readonly before: string; readonly after: string };
    readonly description?: { readonly before: string | null; readonly after: string | null };
  }
>;

/** Which request, and which try of it, an approved change was carried out for. */
export interface Application {
  readonly changeRequestId: string;
  readonly attempt: number;
}

/** Ends the append that carries out an approved change; alone when there was nothing left to change. */
export type ApprovedChangeApplied = DomainEvent<
  'ApprovedChangeApplied',
  DeploymentNames & Application & { readonly change: Change; readonly diff: Diff }
>;

/** An approved change could not be carried out, and under this try never will be. */
export type ApprovedChangeRefused = DomainEvent<
  'ApprovedChangeRefused',
  DeploymentNames & Application & { readonly change: Change; readonly code: string; readonly message: string }
>;

/**
 * Under this id no deployment will ever be registered: its registration stopped half-way, and another one took over the
 * name it had claimed.
 */
export type DeploymentRegistrationAbandoned = DomainEvent<'DeploymentRegistrationAbandoned', DeploymentNames>;

export type DeploymentEvent =
  | DeploymentRegistered
  | RolesReplaced
  | DeploymentStatusChanged
  | DeploymentRunReported
  | DeploymentArchived
  | DeploymentRegistrationAbandoned
  | DeploymentApprovalRequired
  | DeploymentApproved
  | DeploymentImportanceChanged
  | DeploymentModelReplaced
  | DeploymentConfigurationUpdated
  | MonitoringDataCleaned
  | DeploymentDescribed
  | ApprovedChangeApplied
  | ApprovedChangeRefused;

/** Stream `deploymentName-<hash of model and name>`: who claimed the name; the last claim counts. */
export type DeploymentNameReserved = DomainEvent<
  'DeploymentNameReserved',
  DeploymentNames & { readonly takenOverFrom: string | null }
>;

export const deploymentEventVersions = {
  DeploymentRegistered: 1,
  RolesReplaced: 1,
  DeploymentStatusChanged: 1,
  DeploymentRunReported: 1,
  DeploymentArchived: 1,
  DeploymentRegistrationAbandoned: 1,
  DeploymentApprovalRequired: 1,
  DeploymentApproved: 1,
  DeploymentImportanceChanged: 1,
  DeploymentModelReplaced: 1,
  DeploymentConfigurationUpdated: 1,
  MonitoringDataCleaned: 1,
  DeploymentDescribed: 1,
  ApprovedChangeApplied: 1,
  ApprovedChangeRefused: 1,
  DeploymentNameReserved: 1,
} as const satisfies Record<(DeploymentEvent | DeploymentNameReserved)['type'], number>;
