/**
 * Walks the main job against a running service as a person would, and prints each request with its answer.
 * usage: npm run demo [-- http://127.0.0.1:3000]; the platform key comes from PLATFORM_PSK or DATA_DIR/platform-psk.
 */
import { randomUUID } from 'node:crypto';
import { baseUrl, call, platformKey, step } from './demo-client.js';
import { walkGovernance } from './demo-governance.js';
import { walkWorkspaces } from './demo-workspaces.js';

const walk = async (): Promise<void> => {
  const platform = { name: 'platform', key: platformKey() };
  const run = randomUUID().slice(0, 8);
  const model = `churn-${run}`;
  const deployments = `/api/models/${model}/deployments`;
  const roles = `${deployments}/prod/allowed_roles`;
  const invoke = `/authz/check/api/models/${model}/deployments/prod/run/predict`;

  step('Groups, people and their keys');
  const groups = { team: `team-${run}`, risk: `risk-${run}`, legal: `legal-${run}` };
  for (const [name, groupId] of Object.entries(groups))
    await call(platform, 'PUT', `/governance/v1/groups/${groupId}`, 201, { name: `${name} ${run}` });
  const person = async (name: string, realmRoles: readonly string[], memberOf: readonly string[] = []) => {
    const userId = randomUUID();
    const entry = {
      username: `${name}-${run}`,
      email: `${name}-${run}@example.com`,
      firstName: name,
      realmRoles,
      groups: memberOf,
    };
    await call(platform, 'PUT', `/governance/v1/users/${userId}`, 201, entry);
    const issued = await call(platform, 'POST', `/governance/v1/users/${userId}/psk`, 201, {
      description: 'demo',
    });
    return { name, userId, pskId: String(issued.body['id']), key: String(issued.body['psk']) };
  };
  const alice = await person('alice', ['nx1_engineer'], [groups.team]);
  const bob = await person('bob', ['nx1_ask']);
  const rita = await person('rita', [], [groups.risk]);
  const leo = await person('leo', [], [groups.legal]);

  await walkWorkspaces(platform, alice, bob, run);

  step('Alice owns a deployment; nobody was given a role on it yet');
  const registered = await call(platform, 'POST', deployments, 201, {
    name: 'prod',
    type: 'online',
    domain: 'marketing',
    owner: `alice-${run}`,
    model: { model_name: model, model_version: '3' },
    source: { schema: 'features', table: 'churn' },
    target: { schema: 'scores', table: 'churn' },
    entity_columns: ['customer_id'],
  });
  const deploymentId = String(registered.body['deployment_id']);

  step('May Alice call it? Not before her role is on the list');
  await call(alice, 'GET', invoke, 403);

  step('The platform replaces the roles');
  const replaced = await call(platform, 'PUT', roles, 200, { allowed_roles: ['nx1_engineer'] });

  step('Now Alice may call it, Bob may not, and nobody may without a key');
  await call(alice, 'GET', invoke, 200);
  await call(bob, 'GET', invoke, 403);
  await call({ name: 'anonymous' }, 'GET', invoke, 401);

  step('Bob may not give himself the right; Alice, who holds a role, may');
  await call(bob, 'PUT', roles, 403, { allowed_roles: ['nx1_ask'] });
  await call(alice, 'PUT', roles, 200, { allowed_roles: ['nx1_engineer', 'nx1_ask'] });
  await call(bob, 'GET', invoke, 200);

  step("Bob's key is revoked: the very next call is refused");
  await call(platform, 'DELETE', `/governance/v1/psks/${bob.pskId}`, 204);
  await call(bob, 'GET', invoke, 401);

  step('Who changed what?');
  const history = await call(
    platform,
    'GET',
    `/governance/v1/audit?entityType=deployment&entityId=${deploymentId}&order=asc`,
    200,
  );

  step('And how did it stand after the first change of roles?');
  const position = String(replaced.headers.get('x-event-position'));
  await call(platform, 'GET', `/governance/v1/deployments/${deploymentId}?asOf=${position}`, 200);

  await walkGovernance({ platform, alice, rita, leo }, groups, { deploymentId, roles });

  step(
    `Done: ${history.body.items?.length ?? 0} events told the story of ${deploymentId} before it was governed by a policy`,
  );
};

try {
  await walk();
} catch (error) {
  process.stderr.write(`\nthe demo stopped: ${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof TypeError) process.stderr.write(`is the service running at ${baseUrl}? (npm start)\n`);
  process.exitCode = 1;
}
