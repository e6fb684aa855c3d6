import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { givenDeployment, givenUserWithPsk } from '../support/governed.js';
import { OpenIdProvider, AUDIENCE } from '../support/openid-provider.js';

const PROD = '/api/models/churn/deployments/prod';
const CHECK = `/authz/check${PROD}/run/predict`;
const ALICE = { type: 'user', id: 'u-alice' };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const start = async (env: Record<string, string> = {}): Promise<App> => {
  const app = await startApp({ env });
  closing.push(() => app.stop());
  return app;
};

describe('while the read model of deployments has stopped', () => {
  let app: App;
  let psk: string;

  beforeEach(async () => {
    app = await start();
    await givenDeployment(app, 'prod', { roles: ['nx1_engineer'] });
    ({ psk } = await givenUserWithPsk(app, 'u-alice', { roles: ['nx1_engineer'] }));
    expect((await app.request('GET', CHECK, { psk })).status).toBe(200);
    await stopDeployments(app);
  });

  it('a proxy hears 503, never the allowance of before', async () => {
    for (const credential of [psk, app.platformPsk]) {
      const answer = await app.request('GET', CHECK, { psk: credential });
      expect([answer.status, answer.text]).toStrictEqual([503, '']);
      expect(answer.headers['retry-after']).toBe('1');
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('x-gov-'))).toStrictEqual([]);
    }
  });

  it('what needs no read model is still answered', async () => {
    expect((await app.request('GET', CHECK)).status).toBe(401);
    expect((await app.request('GET', CHECK, { psk: 'x'.repeat(40) })).status).toBe(401);
    const answer = await app.request('GET', `/authz/check${PROD}/../x`, { psk });
    expect([answer.status, answer.headers['x-gov-reason']]).toStrictEqual([403, 'bad_path']);
  });

  it('services that ask hear 503 in their own words', async () => {
    const resource = { model: 'churn', deployment: 'prod' };
    const asked = await app.request('POST', '/api/authz/decisions', {
      psk: app.platformPsk,
      body: { subject: ALICE, action: 'invoke', resource },
    });
    expect([asked.status, asked.json]).toStrictEqual([
      503,
      { error: 'What is known of deployments may be out of date', code: 503 },
    ]);
    expect(asked.headers['retry-after']).toBe('1');

    const item = {
      subject: ALICE,
      action: { name: 'invoke' },
      resource: { type: 'deployment', properties: resource },
    };
    for (const [path, body] of [
      ['/access/v1/evaluation', item],
      ['/access/v1/evaluations', { evaluations: [item] }],
    ] as const) {
      const answer = await app.request('POST', path, { psk: app.platformPsk, body });
      expect([answer.status, answer.json.type]).toStrictEqual([503, 'urn:countersign:problem:cannot-decide']);
    }
  });
});

/** Puts an event into the log that the read model can't take: the same deployment once more, under another id. */
const stopDeployments = async (app: App): Promise<void> => {
  for await (const event of app.store.readAll()) {
    if (event.type !== 'DeploymentRegistered') continue;
    const { type, data, metadata } = event;
    const deploymentId = randomUUID();
    const again = { id: randomUUID(), type, metadata, data: { ...data, deploymentId } };
    const { position } = await app.store.append(`deployment-${deploymentId}`, [again], 'no-stream');
    await expect(
      app.readModels.waitFor(position, { timeoutMs: 10_000, projections: ['deployments'] }),
    ).rejects.toMatchObject({ name: 'ProjectionFailed' });
    return;
  }
  throw new Error('no deployment was registered');
};

describe('while nobody can tell who is calling', () => {
  it('a proxy hears 503', async () => {
    const provider = await OpenIdProvider.start();
    closing.push(() => provider.close());
    const token = await provider.token({ sub: 'u-olga', username: 'olga' });
    provider.fault = 'down';
    const app = await start({ KEYCLOAK_ISSUER: provider.issuer, KEYCLOAK_AUDIENCE: AUDIENCE });
    const answer = await app.request('GET', `/authz/check${PROD}`, { token });
    expect([answer.status, answer.text]).toStrictEqual([503, '']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    const known = await app.request('GET', `/authz/check${PROD}`, { psk: app.platformPsk });
    expect([known.status, known.headers['x-gov-reason']]).toStrictEqual([403, 'deployment_not_found']);
  });
});
