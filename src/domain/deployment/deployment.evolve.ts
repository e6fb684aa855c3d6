import type { Recorded } from '../shared/decider.js';
import type {
  Application,
  DeploymentEvent,
  DeploymentRegistered,
  DeploymentRunReported,
  DeploymentStatusChanged,
} from './deployment.events.js';
import {
  isRegistered,
  ownerAsSent,
  type ApplicationOutcome,
  type Deployment,
  type DeploymentState,
} from './deployment.state.js';

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
  label: data.name,
  description: null,
  approvalStatus: 'APPROVED',
  modelId: null,
  modelPackageId: null,
  secondaryDatasetsConfigId: null,
  applications: null,
});

const concluded = (
  before: Deployment,
  { changeRequestId, attempt }: Application,
  outcome: ApplicationOutcome,
): Deployment => ({
  ...before,
  applications: { application: { changeRequestId, attempt }, outcome, earlier: before.applications },
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
    case 'DeploymentApprovalRequired':
      return { ...state, approvalStatus: 'PENDING' };
    case 'DeploymentApproved':
      return { ...state, approvalStatus: 'APPROVED', updatedAt: occurredAt };
    case 'DeploymentImportanceChanged':
      return { ...state, importance: event.data.after, updatedAt: occurredAt };
    case 'DeploymentModelReplaced':
    case 'DeploymentConfigurationUpdated':
      return { ...state, ...event.data.after, updatedAt: occurredAt };
    case 'MonitoringDataCleaned':
      return { ...state, updatedAt: occurredAt };
    case 'DeploymentDescribed': {
      const { label, description } = event.data;
      return {
        ...state,
        label: label?.after ?? state.label,
        description: description === undefined ? state.description : description.after,
        updatedAt: occurredAt,
      };
    }
    case 'ApprovedChangeApplied':
      return concluded(state, event.data, { applied: true, diff: event.data.diff });
    case 'ApprovedChangeRefused': {
      const { code, message } = event.data;
      return concluded(state, event.data, { applied: false, code, message });
    }
  }
};
