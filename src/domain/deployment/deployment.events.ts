import type { DomainEvent } from '../shared/decider.js';

export type DeploymentType = 'batch' | 'online';
export type DeploymentStatus = 'pending' | 'deploying' | 'active' | 'failed' | 'stopped' | 'archived';
export type RunStatus = 'queued' | 'running' | 'succeeded' | 'failed';
export type Importance = 'CRITICAL' | 'HIGH' | 'MODERATE' | 'LOW';

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
  DeploymentNames & { readonly from: DeploymentStatus }
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
  | DeploymentRegistrationAbandoned;

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
  DeploymentNameReserved: 1,
} as const satisfies Record<(DeploymentEvent | DeploymentNameReserved)['type'], number>;
