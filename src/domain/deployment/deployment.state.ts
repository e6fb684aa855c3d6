import type { Recorded } from '../shared/decider.js';
import type {
  DeploymentEvent,
  DeploymentNames,
  DeploymentRegistered,
  DeploymentRunReported,
  DeploymentStatus,
  DeploymentStatusChanged,
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

/** A fresh attempt leaves a stop or a failure behind. */
export const isRestart = ({ from, to }: DeploymentStatusChanged['data']): boolean =>
  (from === 'stopped' || from === 'failed') && to !== from;

const registered = (data: DeploymentRegistered['data'], occurredAt: string): Deployment => ({
  phase: 'registered',
  deploymentId: data.deploymentId,
  model: data.model,
  name: data.name,
  modelVersion: data.modelVersion,
  modelAlias: data.modelAlias,
  resolvedModelVersion: data.resolvedModelVersion,
  type: data.type,
  status: 'pending',
  domain: data.domain,
  owner: ownerAsSent(data),
  ownerId: data.ownerId,
  importance: data.importance,
  allowedRoles: data.allowedRoles,
  schedule: data.schedule,
  lastRun: null,
  runReports: null,
  serviceUrl: null,
  replicaCount: null,
  readyReplicas: null,
  errorMessage: null,
  createdAt: occurredAt,
  updatedAt: occurredAt,
  stoppedAt: null,
});

const statusChanged = (
  before: Deployment,
  data: DeploymentStatusChanged['data'],
  occurredAt: string,
): Deployment => {
  const restart = isRestart(data);
  const known = (reported: number | null | undefined, kept: number | null): number | null =>
    reported === undefined ? kept : reported;
  return {
    ...before,
    status: data.to,
    serviceUrl: data.serviceUrl === undefined ? before.serviceUrl : data.serviceUrl,
    replicaCount: known(data.replicaCount, before.replicaCount),
    readyReplicas: known(data.readyReplicas, before.readyReplicas),
    errorMessage:
      data.errorMessage === undefined ? (restart ? null : before.errorMessage) : data.errorMessage,
    stoppedAt: data.to === 'stopped' ? occurredAt : restart ? null : before.stoppedAt,
    updatedAt: occurredAt,
  };
};

const runReported = (
  before: Deployment,
  data: DeploymentRunReported['data'],
  occurredAt: string,
): Deployment => {
  const { deploymentId: _id, model: _model, name: _name, ...run } = data;
  return {
    ...before,
    lastRun: before.lastRun !== null && before.lastRun.runNumber > run.runNumber ? before.lastRun : run,
    runReports: { run, earlier: before.runReports },
    updatedAt: occurredAt,
  };
};

export const evolve = (state: DeploymentState, event: Recorded<DeploymentEvent>): DeploymentState => {
  const { occurredAt } = event;
  if (event.type === 'DeploymentRegistered') return registered(event.data, occurredAt);
  if (event.type === 'DeploymentRegistrationAbandoned') return { phase: 'abandoned' };
  if (!isRegistered(state)) return state;
  switch (event.type) {
    case 'RolesReplaced':
      return { ...state, allowedRoles: event.data.after, updatedAt: occurredAt };
    case 'DeploymentStatusChanged':
      return statusChanged(state, event.data, occurredAt);
    case 'DeploymentRunReported':
      return runReported(state, event.data, occurredAt);
    case 'DeploymentArchived':
      return { ...state, status: 'archived', updatedAt: occurredAt };
  }
};

export const findRun = (deployment: Deployment, airflowRunId: string): DeploymentRun | undefined => {
  for (let entry = deployment.runReports; entry !== null; entry = entry.earlier) {
    if (entry.run.airflowRunId === airflowRunId) return entry.run;
  }
  return undefined;
};
