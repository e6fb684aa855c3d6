import type { DeploymentEvent, DeploymentStatus } from './deployment.events.js';
import type { Deployment, DeploymentState } from './deployment.state.js';
import { forbiddenMove, requireChangeable } from './refusals.js';

export type ReportedStatus = 'deploying' | 'active' | 'failed';

/** Fields left out keep what was reported before. */
export interface StatusDetails {
  readonly serviceUrl?: string | null;
  readonly replicaCount?: number | null;
  readonly readyReplicas?: number | null;
  readonly errorMessage?: string | null;
}

export interface ReportStatus {
  readonly type: 'ReportStatus';
  readonly deploymentId: string;
  readonly status: ReportedStatus;
  readonly details: StatusDetails;
}

/** From where a report may lead to a status; a report of the present status brings new details. */
const REPORTABLE_FROM: Readonly<Record<ReportedStatus, readonly DeploymentStatus[]>> = {
  deploying: ['deploying', 'pending', 'stopped', 'failed'],
  active: ['active', 'deploying'],
  failed: ['failed', 'deploying'],
};

const DETAILS = ['serviceUrl', 'replicaCount', 'readyReplicas', 'errorMessage'] as const;

const given = (details: StatusDetails): StatusDetails =>
  Object.fromEntries(
    DETAILS.filter((field) => details[field] !== undefined).map((field) => [field, details[field]]),
  );

const bringsNothingNew = (deployment: Deployment, status: ReportedStatus, details: StatusDetails): boolean =>
  deployment.status === status &&
  DETAILS.every((field) => details[field] === undefined || details[field] === deployment[field]);

export const reportStatus = (
  { deploymentId: id, status, details }: ReportStatus,
  state: DeploymentState,
): readonly DeploymentEvent[] => {
  const deployment = requireChangeable(state, id);
  const { deploymentId, model, name, status: from } = deployment;
  if (!REPORTABLE_FROM[status].includes(from))
    throw forbiddenMove(`Deployment can't become ${status} while it is ${from}`, deployment);
  if (bringsNothingNew(deployment, status, details)) return [];
  return [
    {
      type: 'DeploymentStatusChanged',
      data: { deploymentId, model, name, from, to: status, ...given(details) },
    },
  ];
};
