import type {
  DeploymentEvent,
  DeploymentRegistered,
  DeploymentRunReported,
  DeploymentStatus,
  DeploymentStatusChanged,
  RolesReplaced,
} from '../../src/domain/deployment/deployment.events.js';
import type { RegisterDeployment } from '../../src/domain/deployment/registration.js';

export const DEPLOYMENT_ID = '11111111-1111-4111-8111-111111111111';
export const names = { deploymentId: DEPLOYMENT_ID, model: 'churn', name: 'prod' } as const;

/** All that the command and the event of a registration say alike. */
export const facts = {
  ...names,
  modelVersion: '3',
  modelAlias: null,
  type: 'online',
  domain: 'marketing',
  ownerId: 'u-alice',
  importance: 'MODERATE',
  allowedRoles: null,
  source: { schema: 'raw', table: 'customers', catalog: 'iceberg', filterSql: null, snapshotId: null },
  target: { schema: 'scored', table: 'churn', catalog: 'iceberg' },
  entityColumns: ['customer_id'],
  schedule: null,
  rerunBehavior: 'overwrite_partition',
  partitionColumn: 'scored_at',
  triggerNow: false,
} as const satisfies Partial<DeploymentRegistered['data']>;

export const registerCommand = (
  deployment: Partial<RegisterDeployment['deployment']> = {},
  servingPlatform: RegisterDeployment['servingPlatform'] = 'reports',
): RegisterDeployment => ({
  type: 'RegisterDeployment',
  deployment: { ...facts, owner: 'alice', ...deployment },
  servingPlatform,
  approval: null,
});

export const registered = (data: Partial<DeploymentRegistered['data']> = {}): DeploymentRegistered => ({
  type: 'DeploymentRegistered',
  data: { ...facts, resolvedModelVersion: '3', personal: { 'u-alice': { owner: 'alice' } }, ...data },
});

export const rolesReplaced = (
  data: Pick<RolesReplaced['data'], 'before' | 'after' | 'added' | 'removed' | 'unknownRoles'>,
): RolesReplaced => ({ type: 'RolesReplaced', data: { ...names, ...data } });

export const statusChanged = (
  from: DeploymentStatus,
  to: DeploymentStatus,
  details: Pick<
    DeploymentStatusChanged['data'],
    'serviceUrl' | 'replicaCount' | 'readyReplicas' | 'errorMessage'
  > = {},
): DeploymentStatusChanged => ({
  type: 'DeploymentStatusChanged',
  data: { ...names, from, to, ...details },
});

export const archived = (from: DeploymentStatus): DeploymentEvent => ({
  type: 'DeploymentArchived',
  data: { ...names, from },
});

export const abandoned: DeploymentEvent = { type: 'DeploymentRegistrationAbandoned', data: names };

export const runReported = (
  data: Partial<Omit<DeploymentRunReported['data'], keyof typeof names>> = {},
): DeploymentRunReported => ({
  type: 'DeploymentRunReported',
  data: {
    ...names,
    runId: 'run-1',
    airflowRunId: 'manual__1',
    runNumber: 1,
    status: 'queued',
    rowsScored: null,
    errorMessage: null,
    startedAt: null,
    finishedAt: null,
    ...data,
  },
});

/** The events that lead a deployment, registered with a serving platform attached, to a status. */
export const ledTo = (status: DeploymentStatus): readonly DeploymentEvent[] => {
  const deploying = [registered(), statusChanged('pending', 'deploying')];
  switch (status) {
    case 'pending':
      return [registered()];
    case 'deploying':
      return deploying;
    case 'active':
      return [...deploying, statusChanged('deploying', 'active')];
    case 'failed':
      return [...deploying, statusChanged('deploying', 'failed', { errorMessage: 'image not found' })];
    case 'stopped':
      return [...deploying, statusChanged('deploying', 'active'), statusChanged('active', 'stopped')];
    case 'archived':
      return [registered(), archived('pending')];
  }
};

export const STATUSES = [
  'pending',
  'deploying',
  'active',
  'failed',
  'stopped',
  'archived',
] as const satisfies readonly DeploymentStatus[];
