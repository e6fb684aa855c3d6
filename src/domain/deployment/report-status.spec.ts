import { describe, expect, it } from '@jest/globals';
import { deciderSpec, GIVEN_AT } from '../../../test/support/decider-spec.js';
import { DEPLOYMENT_ID, ledTo, statusChanged, STATUSES } from '../../../test/support/deployment-events.js';
import { deploymentDecider } from './deployment.decider.js';
import type { StatusDetails } from './report-status.js';

const given = deciderSpec(deploymentDecider);
const report = (status: 'deploying' | 'active' | 'failed', details: StatusDetails = {}) =>
  ({ type: 'ReportStatus', deploymentId: DEPLOYMENT_ID, status, details }) as const;

const MOVES = {
  deploying: ['pending', 'stopped', 'failed'],
  active: ['deploying'],
  failed: ['deploying'],
} as const;

describe('a report of the serving platform', () => {
  for (const to of ['deploying', 'active', 'failed'] as const) {
    const from: readonly string[] = MOVES[to];

    it.each(MOVES[to])(`moves a deployment to ${to} from %s`, (status) =>
      given(...ledTo(status))
        .when(report(to))
        .then(statusChanged(status, to)),
    );

    it(`changes nothing when it only repeats that a deployment is ${to}`, () =>
      given(...ledTo(to))
        .when(report(to))
        .thenNothing());

    it.each(STATUSES.filter((status) => status !== to && status !== 'archived' && !from.includes(status)))(
      `can't move a deployment to ${to} from %s`,
      (status) =>
        given(...ledTo(status))
          .when(report(to))
          .thenRejects('forbidden-transition', { status }),
    );

    it(`can't move an archived deployment to ${to}`, () =>
      given(...ledTo('archived'))
        .when(report(to))
        .thenRejects('deployment-archived'));
  }

  it('brings details', () =>
    given(...ledTo('deploying'))
      .when(report('active', { serviceUrl: 'http://svc', replicaCount: 2, readyReplicas: 1 }))
      .then(
        statusChanged('deploying', 'active', { serviceUrl: 'http://svc', replicaCount: 2, readyReplicas: 1 }),
      ));

  it('of the same status is recorded when a detail is new', () => {
    const known = statusChanged('active', 'active', { serviceUrl: 'http://svc', replicaCount: 2 });
    given(...ledTo('active'), known)
      .when(report('active', { serviceUrl: 'http://svc', replicaCount: 2 }))
      .thenNothing();
    given(...ledTo('active'), known)
      .when(report('active', { replicaCount: 3 }))
      .then(statusChanged('active', 'active', { replicaCount: 3 }));
    given(...ledTo('active'), known)
      .when(report('active', { serviceUrl: null }))
      .then(statusChanged('active', 'active', { serviceUrl: null }));
  });

  it('tells a field left out, which keeps what was reported, from one reported as none', () => {
    const details = { serviceUrl: 'http://svc', replicaCount: 2, readyReplicas: 0, errorMessage: 'slow' };
    const before = given(...ledTo('active'), statusChanged('active', 'active', details));
    expect(before.state()).toMatchObject(details);
    const cleared = { serviceUrl: null, replicaCount: null, readyReplicas: null, errorMessage: null };
    const events = [...ledTo('active'), statusChanged('active', 'active', details)];
    expect(given(...events, statusChanged('active', 'active')).state()).toMatchObject(details);
    expect(given(...events, statusChanged('active', 'active', cleared)).state()).toMatchObject(cleared);
  });

  it('of a fresh attempt may bring an error of its own', () =>
    expect(
      given(...ledTo('failed'), statusChanged('failed', 'deploying', { errorMessage: 'retrying' })).state(),
    ).toMatchObject({ status: 'deploying', errorMessage: 'retrying' }));

  it('that it still failed keeps the error, and no stop is made up', () =>
    expect(
      given(...ledTo('failed'), statusChanged('failed', 'failed', { replicaCount: 0 })).state(),
    ).toMatchObject({
      status: 'failed',
      errorMessage: 'image not found',
      stoppedAt: null,
      updatedAt: GIVEN_AT,
    }));
});
