/**
 * Walks the main job against a running service as a person would, and prints each request with its answer.
 * usage: npm run demo [-- http://127.0.0.1:3000]; the platform key comes from PLATFORM_PSK or DATA_DIR/platform-psk.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const baseUrl = (process.argv[2] ?? 'http://127.0.0.1:3000').replace(/\/$/, '');
const keyFile = join(process.env['DATA_DIR'] ?? './data', 'platform-psk');

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown> & { readonly items?: readonly Record<string, unknown>[] };
}

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const platformKey = (): string => {
  const configured = process.env['PLATFORM_PSK'];
  if (configured !== undefined) return configured;
  try {
    return readFileSync(keyFile, 'utf8').trim();
  } catch {
    throw new Error(
      `no platform key: set PLATFORM_PSK, or DATA_DIR to the service's data folder (tried ${keyFile})`,
    );
  }
};

const headersWorthSeeing = ['etag', 'x-event-position', 'x-gov-reason', 'x-gov-username', 'www-authenticate'];

/** Sends one request, prints it and its answer, and insists on the status that the walk expects. */
const call = async (
  who: { readonly name: string; readonly key?: string },
  method: string,
  path: string,
  expected: number,
  body?: unknown,
): Promise<Answer> => {
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    headers: {
      ...(who.key === undefined ? {} : { 'authorization-psk': who.key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = text === '' ? {} : (JSON.parse(text) as Answer['body']);
  print(`\n${who.name}> ${method} ${path}${body === undefined ? '' : `\n  ${JSON.stringify(body)}`}`);
  print(`  ${response.status} ${response.statusText}`);
  for (const name of headersWorthSeeing) {
    const value = response.headers.get(name);
    if (value !== null) print(`  ${name}: ${value}`);
  }
  if (text !== '') print(JSON.stringify(hideKey(answer), null, 2).replace(/^/gm, '  '));
  if (response.status !== expected) throw new Error(`expected ${expected}, got ${response.status}`);
  return { status: response.status, headers: response.headers, body: answer };
};

/** A key is shown once by the service; a demo's output ends up in tickets, so it shows only how one looks. */
const hideKey = (body: object): object =>
  'psk' in body && typeof body.psk === 'string' ? { ...body, psk: `${body.psk.slice(0, 17)}…` } : body;

const step = (title: string): void => print(`\n── ${title}`);

const walk = async (): Promise<void> => {
  const platform = { name: 'platform', key: platformKey() };
  const run = randomUUID().slice(0, 8);
  const model = `churn-${run}`;
  const deployments = `/api/models/${model}/deployments`;
  const roles = `${deployments}/prod/allowed_roles`;
  const invoke = `/authz/check/api/models/${model}/deployments/prod/run/predict`;

  step('Three people and their keys');
  const person = async (name: string, realmRoles: readonly string[]) => {
    const userId = randomUUID();
    const entry = {
      username: `${name}-${run}`,
      email: `${name}-${run}@example.com`,
      firstName: name,
      realmRoles,
    };
    await call(platform, 'PUT', `/governance/v1/users/${userId}`, 201, entry);
    const issued = await call(platform, 'POST', `/governance/v1/users/${userId}/psk`, 201, {
      description: 'demo',
    });
    return { name, userId, pskId: String(issued.body['id']), key: String(issued.body['psk']) };
  };
  const alice = await person('alice', ['nx1_engineer']);
  const bob = await person('bob', ['nx1_ask']);

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

  step(`Done: ${history.body.items?.length ?? 0} events tell the whole story of ${deploymentId}`);
};

try {
  await walk();
} catch (error) {
  process.stderr.write(`\nthe demo stopped: ${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof TypeError) process.stderr.write(`is the service running at ${baseUrl}? (npm start)\n`);
  process.exitCode = 1;
}
