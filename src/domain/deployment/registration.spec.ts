import { describe, expect, it } from '@jest/globals';
import { deciderSpec, GIVEN_AT } from '../../../test/support/decider-spec.js';
import {
  abandoned,
  DEPLOYMENT_ID,
  names,
  registerCommand,
  registered,
  statusChanged,
} from '../../../test/support/deployment-events.js';
import { deploymentDecider } from './deployment.decider.js';

const given = deciderSpec(deploymentDecider);
const abandon = { type: 'AbandonRegistration', ...names } as const;

describe('registering a deployment', () => {
  it('leaves it pending until the serving platform reports', () =>
    given().when(registerCommand({}, 'reports')).then(registered()));

  it('makes it active at once, in the same append, where no serving platform is attached', () =>
    given().when(registerCommand({}, 'none')).then(registered(), statusChanged('pending', 'active')));

  it('keeps an owner that matched nobody as sent, under a key of its own', () =>
    given()
      .when(registerCommand({ owner: 'al@example.com', ownerId: null }))
      .then(
        registered({
          ownerId: null,
          personal: { [`owner-of-${DEPLOYMENT_ID}`]: { owner: 'al@example.com' } },
        }),
      ));

  it('does not know which version an alias means', () =>
    given()
      .when(registerCommand({ modelVersion: null, modelAlias: 'champion' }))
      .then(registered({ modelVersion: null, modelAlias: 'champion', resolvedModelVersion: null })));

  it.each([
    { roles: null, kept: null },
    { roles: [], kept: [] },
    { roles: ['b', 'a', 'b', 'B'], kept: ['b', 'a', 'B'] },
  ])('records the roles $roles as $kept', ({ roles, kept }) =>
    given()
      .when(registerCommand({ allowedRoles: roles }))
      .then(registered({ allowedRoles: kept })),
  );

  it('is refused when it is there already', () =>
    given(registered()).when(registerCommand()).thenRejects('deployment-name-taken', {
      model: 'churn',
      name: 'prod',
    }));

  it('is refused when another registration has taken over its name', () =>
    given(abandoned).when(registerCommand()).thenRejects('registration-overtaken'));

  it('gives a state with nothing reported yet', () =>
    expect(given(registered()).state()).toStrictEqual({
      phase: 'registered',
      ...names,
      modelVersion: '3',
      modelAlias: null,
      resolvedModelVersion: '3',
      type: 'online',
      status: 'pending',
      domain: 'marketing',
      owner: 'alice',
      ownerId: 'u-alice',
      importance: 'MODERATE',
      allowedRoles: null,
      schedule: null,
      lastRun: null,
      runReports: null,
      serviceUrl: null,
      replicaCount: null,
      readyReplicas: null,
      errorMessage: null,
      createdAt: GIVEN_AT,
      updatedAt: GIVEN_AT,
      stoppedAt: null,
      label: 'prod',
      description: null,
      approvalStatus: 'APPROVED',
      modelId: null,
      modelPackageId: null,
      secondaryDatasetsConfigId: null,
      applications: null,
    }));

  it('still gives a state when the personal data of its owner was erased', () =>
    expect(given(registered({ personal: {} })).state()).toMatchObject({ owner: '', ownerId: 'u-alice' }));
});

describe('barring a registration that went no further than its name', () => {
  it('is recorded, so that it can never come true', () => given().when(abandon).then(abandoned));
  it('is recorded once', () => given(abandoned).when(abandon).thenNothing());
  it('is refused for a deployment that exists', () =>
    given(registered()).when(abandon).thenRejects('deployment-name-taken'));
});

describe('a deployment that was never registered', () => {
  const commands = [
    { type: 'ReplaceRoles', roles: [], unknownRoles: [] },
    { type: 'StartDeployment', servingPlatform: 'none' },
    { type: 'StopDeployment' },
    { type: 'ArchiveDeployment' },
    { type: 'ReportStatus', status: 'active', details: {} },
    {
      type: 'ReportRun',
      runId: 'r',
      airflowRunId: 'a',
      status: 'queued',
      rowsScored: null,
      errorMessage: null,
      now: GIVEN_AT,
    },
  ] as const;

  for (const command of commands) {
    it.each([{ before: [] }, { before: [abandoned] }])(`can't ${command.type} (%j)`, ({ before }) =>
      given(...before)
        .when({ ...command, deploymentId: DEPLOYMENT_ID })
        .thenRejects('deployment-not-found'),
    );
  }
});
