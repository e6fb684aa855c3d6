import { call, settle, step, type Sender } from './demo-client.js';

interface People {
  readonly platform: Sender;
  /** Owns the deployment, and is in the team that the policies are for. */
  readonly alice: Sender;
  readonly rita: Sender;
  readonly leo: Sender;
}

interface Groups {
  readonly team: string;
  readonly risk: string;
  readonly legal: string;
}

interface Deployment {
  readonly deploymentId: string;
  /** Path of its list of roles. */
  readonly roles: string;
}

const policyFor = ({ team }: Groups, entityType: string, more: object) => ({
  active: true,
  ...more,
  // Only what this demo's own people do is watched.
  trigger: { entityType, filterGroups: [{ id: team }], intendedAction: { action: 'update' } },
});

/** A change that a policy gates: refused, requested, reviewed, applied; and a request that nobody acts on in time. */
export const walkGovernance = async (
  { platform, alice, rita, leo }: People,
  groups: Groups,
  { deploymentId, roles }: Deployment,
): Promise<void> => {
  const open = async (action: string, change: object) =>
    (
      await call(alice, 'POST', '/api/v2/changeRequests/', 201, {
        entityType: 'deployment',
        entityId: deploymentId,
        action,
        change,
        autoApply: true,
      })
    ).body;

  step("From now on the team's changes of roles need risk and legal to agree; they are reminded every day");
  const gate = policyFor(groups, 'deploymentConfig', {
    name: 'Roles need two groups',
    review: { groups: [{ id: groups.risk }, { id: groups.legal }], reminderPeriod: 'P1D' },
  });
  const policy = (await call(platform, 'POST', '/api/v2/approvalPolicies/', 201, gate)).body;

  step('So Alice, who could do it a moment ago, is refused: the answer names the policy');
  await call(alice, 'PUT', roles, 409, { allowed_roles: ['nx1_engineer', 'nx1_monitor'] });

  step('She requests it instead, to be applied as soon as it is approved');
  const request = await open('replaceRoles', { allowedRoles: ['nx1_engineer', 'nx1_monitor'] });
  const path = `/api/v2/changeRequests/${String(request['id'])}/`;
  await call(alice, 'GET', `/governance/v1/change-requests/${String(request['id'])}/schedule`, 200);

  step('She may not approve it herself');
  const verdict = (status: string) => ({ changeVersionId: request['changeVersionId'], status });
  await call(alice, 'POST', `${path}reviews/`, 403, verdict('approved'));

  step('Rita of risk approves, which is not enough; then Leo of legal does');
  await call(rita, 'POST', `${path}reviews/`, 201, verdict('approved'));
  await call(alice, 'GET', path, 200);
  await call(leo, 'POST', `${path}reviews/`, 201, verdict('approved'));

  step('The roles were replaced by nobody in particular: the system did it');
  await settle(alice, path, ({ status }) => status === 'resolved');
  await call(alice, 'GET', path, 200);
  await call(platform, 'GET', `/governance/v1/deployments/${deploymentId}`, 200);

  step('The history of the request: who asked, who agreed, and by which policy, as it was then');
  const history = `/governance/v1/audit?entityType=changeRequest&entityId=${String(request['id'])}&order=asc`;
  await call(platform, 'GET', history, 200);

  step('Another policy: stopping needs an approval admin, and a request is cancelled after two seconds');
  const impatient = policyFor(groups, 'deploymentStatus', {
    name: 'Stopping needs an admin',
    automaticAction: { action: 'cancel', period: 'PT2S' },
  });
  const second = (await call(platform, 'POST', '/api/v2/approvalPolicies/', 201, impatient)).body;
  const forgotten = await open('changeStatus', { status: 'inactive' });
  const forgottenPath = `/api/v2/changeRequests/${String(forgotten['id'])}/`;

  step('Nobody acts, so the clock does');
  await settle(alice, forgottenPath, ({ status }) => status === 'cancelled');
  await call(alice, 'GET', forgottenPath, 200);

  step('The policies go; what they asked for stays in the history');
  for (const { id } of [policy, second])
    await call(platform, 'DELETE', `/api/v2/approvalPolicies/${String(id)}/`, 204);
};
