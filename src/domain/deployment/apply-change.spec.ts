import { describe, expect, it } from '@jest/globals';
import { deciderSpec } from '../../../test/support/decider-spec.js';
import {
  archived,
  DEPLOYMENT_ID,
  ledTo,
  names,
  registered,
  rolesReplaced,
  statusChanged,
} from '../../../test/support/deployment-events.js';
import type { Change } from '../change-request/change.js';
import type { ApplyChange } from './apply-change.js';
import { deploymentDecider } from './deployment.decider.js';
import type { DeploymentEvent } from './deployment.events.js';

const given = deciderSpec(deploymentDecider);
const deploymentId = DEPLOYMENT_ID;
const application = { changeRequestId: 'cr-1', attempt: 1 } as const;
const NAMES = { 'model m-1': 'Churn v4', 'modelPackage p-1': 'Bundle', 'deployment d-2': 'Fallback' };
const apply = (change: Change, more: Partial<ApplyChange> = {}): ApplyChange => ({
  type: 'ApplyChange',
  deploymentId,
  ...application,
  change,
  names: NAMES,
  refusal: null,
  servingPlatform: 'none',
  unknownRoles: [],
  ...more,
});
const directly = (change: Change) =>
  ({ type: 'ChangeDirectly', deploymentId, change, servingPlatform: 'none', unknownRoles: [] }) as const;
const applied = (change: Change, from: readonly string[], to: readonly string[]): DeploymentEvent => ({
  type: 'ApprovedChangeApplied',
  data: { ...names, ...application, change, diff: { changesFrom: from, changesTo: to } },
});
const refused = (change: Change, code: string, message: string): DeploymentEvent => ({
  type: 'ApprovedChangeRefused',
  data: { ...names, ...application, change, code, message },
});
const approvalRequired: DeploymentEvent = {
  type: 'DeploymentApprovalRequired',
  data: {
    ...names,
    changeRequestId: 'cr-0',
    requesterId: 'u-alice',
    requirement: {
      policy: null,
      groups: [],
      approvalsRequired: 1,
      reminderPeriod: null,
      automaticAction: null,
    },
  },
};

const rows: readonly (readonly [
  Change,
  readonly DeploymentEvent[],
  readonly DeploymentEvent[],
  readonly string[],
  readonly string[],
])[] = [
  [
    { action: 'approve', approvalStatus: 'APPROVED' },
    [registered(), approvalRequired],
    [{ type: 'DeploymentApproved', data: names }],
    ['Approval status: PENDING'],
    ['Approval status: APPROVED'],
  ],
  [
    { action: 'changeStatus', status: 'inactive' },
    ledTo('active'),
    [statusChanged('active', 'stopped')],
    ['Status: active'],
    ['Status: inactive'],
  ],
  [
    { action: 'changeStatus', status: 'active' },
    ledTo('stopped'),
    [statusChanged('stopped', 'active')],
    ['Status: inactive'],
    ['Status: active'],
  ],
  [
    { action: 'changeImportance', importance: 'CRITICAL' },
    [registered()],
    [{ type: 'DeploymentImportanceChanged', data: { ...names, before: 'MODERATE', after: 'CRITICAL' } }],
    ['Importance: MODERATE'],
    ['Importance: CRITICAL'],
  ],
  [
    { action: 'cleanupStats', dataType: 'monitoring', start: null, end: null, modelId: null },
    [registered()],
    [
      {
        type: 'MonitoringDataCleaned',
        data: { ...names, dataType: 'monitoring', start: null, end: null, modelId: null },
      },
    ],
    ['Monitoring data of all models from the beginning to the end is kept'],
    ['Monitoring data of all models from the beginning to the end is deleted'],
  ],
  [
    {
      action: 'cleanupStats',
      dataType: 'monitoring',
      start: '2026-01-01T00:00:00.000Z',
      end: '2026-02-01T00:00:00.000Z',
      modelId: 'm-1',
    },
    [registered()],
    [
      {
        type: 'MonitoringDataCleaned',
        data: {
          ...names,
          dataType: 'monitoring',
          start: '2026-01-01T00:00:00.000Z',
          end: '2026-02-01T00:00:00.000Z',
          modelId: 'm-1',
        },
      },
    ],
    ['Monitoring data of Churn v4 (m-1) from 2026-01-01T00:00:00.000Z to 2026-02-01T00:00:00.000Z is kept'],
    [
      'Monitoring data of Churn v4 (m-1) from 2026-01-01T00:00:00.000Z to 2026-02-01T00:00:00.000Z is deleted',
    ],
  ],
  [
    { action: 'delete', defaultDeploymentId: null, ignoreManagementAgent: null },
    ledTo('active'),
    [archived('active')],
    [`Deployment: prod (${deploymentId})`],
    ['Deployment deleted'],
  ],
  [
    { action: 'delete', defaultDeploymentId: 'd-2', ignoreManagementAgent: true },
    ledTo('active'),
    [
      {
        type: 'DeploymentArchived',
        data: { ...names, from: 'active', defaultDeploymentId: 'd-2', ignoreManagementAgent: true },
      },
    ],
    [`Deployment: prod (${deploymentId})`],
    [
      'Deployment deleted',
      'Traffic moves to deployment Fallback (d-2)',
      'Management agent is not waited for',
    ],
  ],
  [
    { action: 'replaceModel', modelId: 'm-1', replacementReason: 'data_drift' },
    [registered()],
    [
      {
        type: 'DeploymentModelReplaced',
        data: {
          ...names,
          before: { modelId: null, modelPackageId: null },
          after: { modelId: 'm-1', modelPackageId: null },
          replacementReason: 'data_drift',
        },
      },
    ],
    ['Model: churn (churn)'],
    ['Model: Churn v4 (m-1)', 'Replacement reason: data_drift'],
  ],
  [
    { action: 'replaceModelPackage', modelPackageId: 'p-1', replacementReason: 'other' },
    [registered()],
    [
      {
        type: 'DeploymentModelReplaced',
        data: {
          ...names,
          before: { modelId: null, modelPackageId: null },
          after: { modelId: null, modelPackageId: 'p-1' },
          replacementReason: 'other',
        },
      },
    ],
    ['Model package: none'],
    ['Model package: Bundle (p-1)', 'Replacement reason: other'],
  ],
  [
    { action: 'updateSecondaryDatasetConfigs', secondaryDatasetsConfigId: 's-1' },
    [registered()],
    [
      {
        type: 'DeploymentConfigurationUpdated',
        data: {
          ...names,
          before: { secondaryDatasetsConfigId: null },
          after: { secondaryDatasetsConfigId: 's-1' },
        },
      },
    ],
    ['Secondary datasets configuration: none'],
    ['Secondary datasets configuration: s-1'],
  ],
  [
    { action: 'replaceRoles', allowedRoles: ['a', 'b'] },
    [registered()],
    [rolesReplaced({ before: null, after: ['a', 'b'], added: ['a', 'b'], removed: [] })],
    ['Allowed roles: none'],
    ['Allowed roles: a, b'],
  ],
];

describe.each(rows)('the approved change %j', (change, history, events, from, to) => {
  it('is carried out, with what it changed', () =>
    given(...history)
      .when(apply(change))
      .then(...events, applied(change, from, to)));

  it('is carried out once', () =>
    given(...history, ...events, applied(change, from, to))
      .when(apply(change))
      .thenNothing());

  it('may be made directly, where no policy asks', () =>
    given(...history)
      .when(directly(change))
      .then(...events));

  it('is refused when the deployment is archived', () =>
    given(...ledTo('archived'))
      .when(apply(change))
      .then(refused(change, 'deployment-archived', 'Deployment is archived')));
});

describe('applying', () => {
  const high: Change = { action: 'changeImportance', importance: 'MODERATE' };

  it('what is there already is a success', () =>
    given(registered())
      .when(apply(high))
      .then(applied(high, ['Importance: MODERATE'], ['Importance: MODERATE'])));

  it('what refers to something missing is refused, and stays so for this try', () => {
    const change: Change = { action: 'replaceModel', modelId: 'm-9', replacementReason: 'other' };
    const refusal = { code: 'reference-not-found', message: "There is no model 'm-9'" };
    const mark = refused(change, refusal.code, refusal.message);
    given(registered()).when(apply(change, { refusal })).then(mark);
    given(registered(), mark).when(apply(change)).thenNothing();
  });

  it('a later try is another one', () => {
    const change: Change = { action: 'changeImportance', importance: 'LOW' };
    const [first] = [refused(change, 'gone', 'It was gone')];
    const events = deploymentDecider.decide(
      apply(change, { attempt: 2 }),
      given(registered(), first).state(),
    );
    expect(events.map(({ type }) => type)).toStrictEqual([
      'DeploymentImportanceChanged',
      'ApprovedChangeApplied',
    ]);
  });
});

describe('a direct change', () => {
  it.each<[string, Change]>([
    ['importance', { action: 'changeImportance', importance: 'MODERATE' }],
    ['approvalStatus', { action: 'approve', approvalStatus: 'APPROVED' }],
    ['status', { action: 'changeStatus', status: 'inactive' }],
  ])('that changes nothing is refused: %s', (field, change) =>
    given(...ledTo('stopped'))
      .when(directly(change))
      .thenRejects('nothing-to-change', { field }),
  );
});

describe('describing a deployment', () => {
  const describeIt = { type: 'DescribeDeployment', deploymentId } as const;

  it('records what changed', () =>
    given(registered())
      .when({ ...describeIt, label: 'Churn', description: 'x', importance: 'HIGH' })
      .then(
        {
          type: 'DeploymentDescribed',
          data: {
            ...names,
            label: { before: 'prod', after: 'Churn' },
            description: { before: null, after: 'x' },
          },
        },
        { type: 'DeploymentImportanceChanged', data: { ...names, before: 'MODERATE', after: 'HIGH' } },
      ));

  it('is refused when nothing would change', () =>
    given(registered())
      .when({ ...describeIt, label: 'prod' })
      .thenRejects('nothing-to-change', { field: 'label' }));
});
