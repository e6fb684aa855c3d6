import type {
  DeploymentStatus,
  DeploymentType,
  Importance,
  RunStatus,
} from '../../domain/deployment/deployment.events.js';
import type { ApprovalStatus, Deployment, DeploymentRun } from '../../domain/deployment/deployment.state.js';

export interface DeploymentRunView {
  readonly runId: string;
  readonly airflowRunId: string;
  readonly status: RunStatus;
  readonly rowsScored: number | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

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
  /** The run first reported last; reports of earlier ones leave it alone. */
  readonly lastRun: DeploymentRunView | null;
  readonly serviceUrl: string | null;
  readonly replicaCount: number | null;
  readonly readyReplicas: number | null;
  readonly errorMessage: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly stoppedAt: string | null;
  /** What people call it: its name, until it is given another label. */
  readonly label: string;
  readonly description: string | null;
  readonly approvalStatus: ApprovalStatus;
  /** Registered artifacts; both `null`: the model that it was registered with. */
  readonly modelId: string | null;
  readonly modelPackageId: string | null;
  readonly secondaryDatasetsConfigId: string | null;
  readonly revision: bigint;
  /** Position of the deployment's last event. */
  readonly position: bigint;
}

export const runView = (run: DeploymentRun): DeploymentRunView => ({
  runId: run.runId,
  airflowRunId: run.airflowRunId,
  status: run.status,
  rowsScored: run.rowsScored,
  startedAt: run.startedAt,
  finishedAt: run.finishedAt,
});

/** The view of a folded stream; `at` is where its last event stands. */
export const deploymentView = (
  { phase: _phase, runReports: _runReports, applications: _applications, lastRun, ...facts }: Deployment,
  { revision, position }: { readonly revision: bigint; readonly position: bigint },
): DeploymentView => ({
  ...facts,
  lastRun: lastRun === null ? null : runView(lastRun),
  revision,
  position,
});
