import { describe, expect, it } from '@jest/globals';
import { deciderSpec, GIVEN_AT } from '../../../test/support/decider-spec.js';
import {
  archived,
  DEPLOYMENT_ID,
  ledTo,
  statusChanged,
  STATUSES,
} from '../../../test/support/deployment-events.js';
import { deploymentDecider } from './deployment.decider.js';

const given = deciderSpec(deploymentDecider);
const deploymentId = DEPLOYMENT_ID;
const start = (servingPlatform: 'reports' | 'none') =>
  ({ type: 'StartDeployment', deploymentId, servingPlatform }) as const;
const stop = { type: 'StopDeployment', deploymentId } as const;
const archive = { type: 'ArchiveDeployment', deploymentId } as const;

const refusal = (status: (typeof STATUSES)[number]): string =>
  status === 'archived' ? 'deployment-archived' : 'forbidden-transition';

describe('starting a deployment', () => {
  it.each(['stopped', 'failed'] as const)('asks the serving platform when it is %s', (status) =>
    given(...ledTo(status))
      .when(start('reports'))
      .then(statusChanged(status, 'deploying')),
  );

  it.each(['stopped', 'failed'] as const)('makes it active where no platform is attached: %s', (status) =>
    given(...ledTo(status))
      .when(start('none'))
      .then(statusChanged(status, 'active')),
  );

  it.each(['pending', 'deploying', 'active', 'archived'] as const)('is refused while it is %s', (status) => {
    given(...ledTo(status))
      .when(start('reports'))
      .thenRejects(refusal(status), { status });
    given(...ledTo(status))
      .when(start('none'))
      .thenRejects(refusal(status), { status });
  });

  it.each(['deploying', 'active'] as const)('to %s leaves the stop and the error behind', (to) => {
    expect(given(...ledTo('stopped')).state()).toMatchObject({ stoppedAt: GIVEN_AT });
    expect(given(...ledTo('stopped'), statusChanged('stopped', to)).state()).toMatchObject({
      status: to,
      stoppedAt: null,
    });
    expect(given(...ledTo('failed')).state()).toMatchObject({ errorMessage: 'image not found' });
    expect(given(...ledTo('failed'), statusChanged('failed', to)).state()).toMatchObject({
      status: to,
      errorMessage: null,
    });
  });
});

describe('stopping a deployment', () => {
  it.each(['pending', 'deploying', 'active'] as const)('works while it is %s', (status) =>
    given(...ledTo(status))
      .when(stop)
      .then(statusChanged(status, 'stopped')),
  );

  it.each(['failed', 'stopped', 'archived'] as const)('is refused while it is %s', (status) =>
    given(...ledTo(status))
      .when(stop)
      .thenRejects(refusal(status), { status }),
  );

  it('sets the time it stopped at, and keeps what was reported', () => {
    const occurredAt = '2026-03-01T00:00:00.000Z';
    const reported = statusChanged('active', 'active', { serviceUrl: 'http://svc', replicaCount: 2 });
    const state = given(...ledTo('active'), reported, {
      ...statusChanged('active', 'stopped'),
      occurredAt,
    }).state();
    expect(state).toMatchObject({
      status: 'stopped',
      stoppedAt: occurredAt,
      updatedAt: occurredAt,
      createdAt: GIVEN_AT,
      serviceUrl: 'http://svc',
      replicaCount: 2,
    });
  });
});

describe('archiving a deployment', () => {
  it.each(STATUSES.filter((status) => status !== 'archived'))('works while it is %s', (status) =>
    given(...ledTo(status))
      .when(archive)
      .then(archived(status)),
  );

  it('is refused the second time', () =>
    given(...ledTo('archived'))
      .when(archive)
      .thenRejects('deployment-archived'));

  it('keeps the time of the stop and the error', () => {
    expect(given(...ledTo('stopped'), archived('stopped')).state()).toMatchObject({
      status: 'archived',
      stoppedAt: GIVEN_AT,
    });
    expect(given(...ledTo('failed'), archived('failed')).state()).toMatchObject({
      status: 'archived',
      errorMessage: 'image not found',
    });
  });
});
