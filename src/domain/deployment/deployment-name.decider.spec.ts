import { describe, it } from '@jest/globals';
import { deciderSpec } from '../../../test/support/decider-spec.js';
import { deploymentNameDecider } from './deployment-name.decider.js';
import type { DeploymentNameReserved } from './deployment.events.js';

const given = deciderSpec(deploymentNameDecider);
const reserve = (deploymentId: string, abandonedHolder: string | null = null) =>
  ({ type: 'ReserveDeploymentName', deploymentId, model: 'churn', name: 'prod', abandonedHolder }) as const;
const reserved = (deploymentId: string, takenOverFrom: string | null = null): DeploymentNameReserved => ({
  type: 'DeploymentNameReserved',
  data: { deploymentId, model: 'churn', name: 'prod', takenOverFrom },
});

describe('reserving the name of a deployment', () => {
  it('gives a free name to the first who asks', () => given().when(reserve('d1')).then(reserved('d1')));

  it('gives it once to the one who holds it', () => given(reserved('d1')).when(reserve('d1')).thenNothing());

  it('refuses everybody else', () =>
    given(reserved('d1')).when(reserve('d2')).thenRejects('deployment-name-taken', {
      model: 'churn',
      name: 'prod',
    }));

  it('hands it over from a holder that was abandoned, and says from whom', () =>
    given(reserved('d1')).when(reserve('d2', 'd1')).then(reserved('d2', 'd1')));

  it('does not hand it over when somebody else was faster', () =>
    given(reserved('d1'), reserved('d3', 'd1'))
      .when(reserve('d2', 'd1'))
      .thenRejects('deployment-name-taken'));

  it('does not give it back to the one it was taken from', () =>
    given(reserved('d1'), reserved('d2', 'd1')).when(reserve('d1')).thenRejects('deployment-name-taken'));
});
