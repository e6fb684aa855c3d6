import type { Diff } from '../change-request/change-request.events.js';
import type {
  Application,
  DeploymentNames,
  DeploymentRegistered,
  DeploymentStatus,
  DeploymentType,
  Importance,
  RunStatus,
} from './deployment.events.js';

export interface DeploymentRun {
  readonly runId: string;
  readonly airflowRunId: string;
  readonly runNumber: number;
  readonly status: RunStatus;
  readonly rowsScored: number | null;
  readonly errorMessage: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/**
 * What was reported of runs, newest report first; the first entry of a run is what is known of it. A chain, so that a
 * deployment with many thousands of runs still folds in constant time per report.
 */
export interface RunReports {
  readonly run: DeploymentRun;
  readonly earlier: RunReports | null;
}

/** How carrying out an approved change ended. */
export type ApplicationOutcome =
  | { readonly applied: true; readonly diff: Diff }
  | { readonly applied: false; readonly code: string; readonly message: string };

/** The approved changes that were carried out or refused, newest first: a chain, like the reports of runs. */
export interface Applications {
  readonly application: Application;
  readonly outcome: ApplicationOutcome;
  readonly earlier: Applications | null;
}

export type ApprovalStatus = 'PENDING' | 'APPROVED';

export interface Deployment extends DeploymentNames {
  readonly phase: 'registered';
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
  readonly allowedRoles: readonly string[] | null;
  readonly schedule: string | null;
  /** The run with the highest number. */
  readonly lastRun: DeploymentRun | null;
  readonly runReports: RunReports | null;
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
  readonly applications: Applications | null;
}

export type DeploymentState =
  | Deployment
  /** Nothing has happened under this id. */
  | { readonly phase: 'unregistered' }
  /** Nothing ever will. */
  | { readonly phase: 'abandoned' };

export const initialState: DeploymentState = { phase: 'unregistered' };

export const isRegistered = (state: DeploymentState): state is Deployment => state.phase === 'registered';

export const ownerKey = (deploymentId: string, ownerId: string | null): string =>
  ownerId ?? `owner-of-${deploymentId}`;

/** `owner` as sent; empty when the person's data was erased. */
export const ownerAsSent = ({ deploymentId, ownerId, personal }: DeploymentRegistered['data']): string =>
  personal[ownerKey(deploymentId, ownerId)]?.owner ?? '';

export const findRun = (deployment: Deployment, airflowRunId: string): DeploymentRun | undefined => {
  for (let entry = deployment.runReports; entry !== null; entry = entry.earlier) {
    if (entry.run.airflowRunId === airflowRunId) return entry.run;
  }
  return undefined;
};

/** How this try of a request ended here; `undefined` while it has not. */
export const outcomeOf = (
  deployment: Deployment,
  { changeRequestId, attempt }: Application,
): ApplicationOutcome | undefined => {
  for (let entry = deployment.applications; entry !== null; entry = entry.earlier) {
    const { application, outcome } = entry;
    if (application.changeRequestId === changeRequestId && application.attempt === attempt) return outcome;
  }
  return undefined;
};
