import type {
  DeploymentStatus,
  DeploymentType,
  Importance,
  RunStatus,
} from '../../domain/deployment/deployment.events.js';

/** A deployment's governed state: the same from a folded stream and from the read model. Times RFC 3339 UTC with milliseconds. */
export interface DeploymentView {
  readonly deploymentId: string;
  readonly model: string;
  readonly name: string;
  readonly modelVersion: string | null;
  readonly modelAlias: string | null;
  readonly resolvedModelVersion: string | null;
  readonly type: DeploymentType;
  readonly status: DeploymentStatus;
  readonly domain: string;
  /** As sent at registration. */
  readonly owner: string;
  readonly ownerId: string | null;
  readonly importance: Importance;
  /** `null`: never configured; works like the empty list. */
  readonly allowedRoles: readonly string[] | null;
  readonly schedule: string | null;
  readonly lastRun: {
    readonly runId: string;
    readonly airflowRunId: string;
    readonly status: RunStatus;
    readonly rowsScored: number | null;
    readonly startedAt: string | null;
    readonly finishedAt: string | null;
  } | null;
  readonly serviceUrl: string | null;
  readonly replicaCount: number | null;
  readonly readyReplicas: number | null;
  readonly errorMessage: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly stoppedAt: string | null;
  readonly revision: bigint;
  /** Position of the deployment's last event. */
  readonly position: bigint;
}
