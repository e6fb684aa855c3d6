import { METHODS } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import {
  givenDeployment,
  givenPsk,
  givenUser,
  givenUserWithPsk,
  type IssuedPsk,
} from '../support/governed.js';
import type { Answer, RequestOptions } from '../support/http-client.js';
import { AUDIENCE, OpenIdProvider } from '../support/openid-provider.js';
import { PATH_TRICKS, PROD } from '../support/path-tricks.js';

const CHECK = '/authz/check';
const INVOKE = `${PROD}/run/predict`;
const OLGA = { sub: 'u-olga', username: 'olga' };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const keycloak = ({ issuer }: OpenIdProvider): Record<string, string> => ({
  KEYCLOAK_ISSUER: issuer,
  KEYCLOAK_AUDIENCE: AUDIENCE,
});

let provider: OpenIdProvider;
let app: App;
let engineer: IssuedPsk;
let stranger: IssuedPsk;
let revoked: IssuedPsk;
let disabled: IssuedPsk;

beforeAll(async () => {
  provider = await OpenIdProvider.start();
  app = await startApp({ env: { ...keycloak(provider), PSK_FAILURES_PER_MINUTE: '10000' } });
  await givenDeployment(app, 'prod', { roles: ['nx1_engineer', 'nx1_ask'], owner: 'olga' });
  await givenDeployment(app, 'nightly', { roles: ['nx1_engineer'], type: 'batch' });
  await givenDeployment(app, 'locked', { roles: [] });
  await givenDeployment(app, 'stopped', { roles: ['nx1_engineer'] });
  const stop = '/api/models/churn/deployments/stopped/stop';
  expect((await app.request('POST', stop, { psk: app.platformPsk })).status).toBe(200);
  engineer = await givenUserWithPsk(app, 'u-alice', { username: 'alice', roles: ['nx1_engineer', 'other'] });
  stranger = await givenUserWithPsk(app, 'u-bob', { username: 'bob', roles: ['other'] });
  revoked = await givenUserWithPsk(app, 'u-carol', { roles: ['nx1_engineer'] });
  await app.request('DELETE', `/governance/v1/psks/${revoked.id}`, { psk: app.platformPsk });
  disabled = await givenUserWithPsk(app, 'u-dan', { roles: ['nx1_engineer'] });
  await givenUser(app, 'u-dan', { roles: ['nx1_engineer'], enabled: false });
});
afterAll(async () => {
  await app.stop();
  await provider.close();
});

const check = (path: string, options: RequestOptions = {}, method = 'GET'): Promise<Answer> =>
  app.request(method, `${CHECK}${path}`, options);

const govHeaders = ({ headers }: Answer): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-gov-')));

const expectRefusal = (answer: Answer, status: 401 | 403, reason: string): void => {
  expect([answer.status, answer.text]).toStrictEqual([status, '']);
  expect(govHeaders(answer)).toStrictEqual({
    'x-gov-decision-id': expect.stringMatching(UUID),
    'x-gov-reason': reason,
  });
  expect(answer.headers['cache-control']).toBe('no-store');
};

describe('a request that may pass', () => {
  it('of a user: 200, no body, and who he is', async () => {
    const answer = await check(INVOKE, { psk: engineer.psk });
    expect([answer.status, answer.text, answer.headers['content-length']]).toStrictEqual([200, '', '0']);
    expect(govHeaders(answer)).toStrictEqual({
      'x-gov-decision-id': expect.stringMatching(UUID),
      'x-gov-reason': 'role_match',
      'x-gov-user-id': 'u-alice',
      'x-gov-username': 'alice',
      'x-gov-roles': 'nx1_engineer',
      'x-gov-credential': 'user_psk',
      'x-gov-psk-id': engineer.id,
    });
  });

  it('of the platform: every header is there, so that none can be forged', async () => {
    const answer = await check(INVOKE, { psk: app.platformPsk });
    expect(answer.status).toBe(200);
    expect(govHeaders(answer)).toStrictEqual({
      'x-gov-decision-id': expect.stringMatching(UUID),
      'x-gov-reason': 'platform_psk',
      'x-gov-user-id': '',
      'x-gov-username': '',
      'x-gov-roles': '',
      'x-gov-credential': 'platform_psk',
      'x-gov-psk-id': expect.stringMatching(/^[0-9a-f]{8}$/),
    });
  });

  it('of an owner with a token who manages', async () => {
    const token = await provider.token(OLGA);
    const answer = await check(PROD, { token });
    expect(answer.status).toBe(200);
    expect(govHeaders(answer)).toMatchObject({
      'x-gov-reason': 'owner',
      'x-gov-user-id': 'u-olga',
      'x-gov-credential': 'jwt',
      'x-gov-psk-id': '',
    });
  });

  it('with several matching roles lists them all, in the order of the deployment', async () => {
    const both = await givenUserWithPsk(app, 'u-both', { roles: ['nx1_ask', 'nx1_engineer'] });
    expect((await check(INVOKE, { psk: both.psk })).headers['x-gov-roles']).toBe('nx1_engineer,nx1_ask');
  });

  it.each<[string, string, RequestOptions['headers'] & object]>([
    ['Envoy', `${CHECK}${INVOKE}?verbose=1`, {}],
    ['nginx', CHECK, { 'x-original-uri': `${INVOKE}?verbose=1`, 'x-original-method': 'POST' }],
    ['Traefik', CHECK, { 'x-forwarded-uri': INVOKE, 'x-forwarded-method': 'POST' }],
  ])('asked about by %s', async (_, path, headers) => {
    const answer = await app.request('GET', path, { psk: engineer.psk, headers });
    expect([answer.status, answer.headers['x-gov-reason']]).toStrictEqual([200, 'role_match']);
  });

  it.each<[string, () => RequestOptions]>([
    ['Authorization: Bearer', () => ({ token: engineer.psk })],
    ['Authorization: PSK', () => ({ headers: { authorization: `PSK ${engineer.psk}` } })],
  ])('shows its key as %s as well', async (_, options) => {
    expect((await check(INVOKE, options())).status).toBe(200);
  });

  it('carries names that fit no header, encoded', async () => {
    const { psk } = await givenUserWithPsk(app, 'u/ünï,1', {
      username: 'Zoë, 山田 %',
      roles: ['nx1_engineer'],
    });
    const { headers } = await check(INVOKE, { psk });
    expect(headers['x-gov-user-id']).toBe('u/%C3%BCn%C3%AF%2C1');
    expect(decodeURIComponent(headers['x-gov-username'] ?? '')).toBe('Zoë, 山田 %');
  });
});

describe('a request that may not pass', () => {
  it.each<[string, string, () => string, string]>([
    ['a batch deployment', `/api/models/churn/deployments/nightly/run/x`, () => engineer.psk, 'not_online'],
    [
      'a stopped one',
      `/api/models/churn/deployments/stopped/run/x`,
      () => engineer.psk,
      'deployment_not_active',
    ],
    [
      'a stopped one, the platform',
      `/api/models/churn/deployments/stopped/run/x`,
      () => app.platformPsk,
      'deployment_not_active',
    ],
    ['a locked one', `/api/models/churn/deployments/locked/run/x`, () => engineer.psk, 'no_roles_configured'],
    ['no role', INVOKE, () => stranger.psk, 'role_missing'],
    ['no role to manage', PROD, () => stranger.psk, 'role_missing'],
    [
      'an unknown deployment',
      `/api/models/churn/deployments/other/run/x`,
      () => engineer.psk,
      'deployment_not_found',
    ],
    [
      'another model',
      `/api/models/fraud/deployments/prod/run/x`,
      () => app.platformPsk,
      'deployment_not_found',
    ],
    ['no deployment at all', `/api/models/churn`, () => app.platformPsk, 'bad_path'],
  ])('%s', async (_, path, psk, reason) => {
    expectRefusal(await check(path, { psk: psk() }), 403, reason);
  });

  it('a token never invokes, not even an owner and administrator', async () => {
    const token = await provider.token({
      sub: 'u-olga',
      username: 'olga',
      roles: ['governance-admin', 'nx1_engineer'],
    });
    expectRefusal(await check(INVOKE, { token }), 403, 'credential_type_not_accepted');
    const unknown = '/api/models/churn/deployments/other/run/x';
    expectRefusal(await check(unknown, { token }), 403, 'credential_type_not_accepted');
  });

  it.each(PATH_TRICKS.filter((path) => /^[\x21-\x7e]*$/.test(path)))('the path %s', async (path) => {
    expectRefusal(await check(path, { psk: app.platformPsk }), 403, 'bad_path');
    // The same in a header, where it can stand there.
    const headers = { 'x-original-uri': path };
    expectRefusal(await app.request('GET', CHECK, { psk: app.platformPsk, headers }), 403, 'bad_path');
  });

  it.each<[string, string, RequestOptions['headers'] & object]>([
    ['no path and no header', CHECK, {}],
    ['headers that contradict each other', CHECK, { 'x-original-uri': PROD, 'x-forwarded-uri': INVOKE }],
    ['the same header twice', CHECK, { 'x-original-uri': [PROD, PROD] }],
    ['a path that is not separated from ours', `${CHECK}ed${PROD}`, {}],
    ['the asterisk form', `${CHECK}*`, {}],
  ])('%s', async (_, path, headers) => {
    expectRefusal(await app.request('GET', path, { psk: app.platformPsk, headers }), 403, 'bad_path');
  });
});

describe('a caller that nobody knows', () => {
  const BEARER = 'Bearer realm="governance"';
  const BAD_TOKEN = `${BEARER}, error="invalid_token", error_description`;
  const BAD_KEY = `${BEARER}, error="invalid_token", PSK realm="governance"`;

  it.each<[string, () => RequestOptions | Promise<RequestOptions>, string, string]>([
    ['no credential', () => ({}), 'no_credential', BEARER],
    ['an unknown key', () => ({ psk: 'x'.repeat(40) }), 'invalid_credential', BAD_KEY],
    ['a revoked key', () => ({ psk: revoked.psk }), 'revoked_credential', BAD_KEY],
    ['a disabled user', () => ({ psk: disabled.psk }), 'user_disabled', BAD_KEY],
    [
      'an expired token',
      async () => ({ token: await provider.sign({ ...provider.claims(OLGA), exp: 1_000_000_000 }) }),
      'expired_credential',
      `${BAD_TOKEN}="expired"`,
    ],
    ['a bad token', () => ({ token: 'a.b.c' }), 'invalid_credential', `${BAD_TOKEN}="invalid"`],
    [
      'two credentials',
      () => ({ psk: engineer.psk, token: engineer.psk }),
      'invalid_credential',
      `${BEARER}, error="invalid_request"`,
    ],
    [
      'a repeated credential',
      () => ({ headers: { 'authorization-psk': [engineer.psk, engineer.psk] } }),
      'invalid_credential',
      `${BEARER}, error="invalid_request"`,
    ],
  ])('%s: 401, whatever it asks for', async (_, options, reason, challenge) => {
    for (const path of [INVOKE, '/api/models/churn/deployments/other', `${PROD}/../x`, '']) {
      const answer = await check(path, await options());
      expectRefusal(answer, 401, reason);
      expect(answer.headers['www-authenticate']).toBe(challenge);
    }
  });

  it('that goes on guessing keys is refused with 403', async () => {
    const guarded = await startApp({ env: { PSK_FAILURES_PER_MINUTE: '2' } });
    try {
      const guess = (): Promise<Answer> =>
        guarded.request('GET', `${CHECK}${INVOKE}`, { psk: 'x'.repeat(40) });
      expectRefusal(await guess(), 401, 'invalid_credential');
      expectRefusal(await guess(), 401, 'invalid_credential');
      expectRefusal(await guess(), 403, 'invalid_credential');
      const known = await guarded.request('GET', `${CHECK}${INVOKE}`, { psk: guarded.platformPsk });
      expectRefusal(known, 403, 'deployment_not_found');
    } finally {
      await guarded.stop();
    }
  });
});

describe('any way of asking', () => {
  // CONNECT opens a tunnel instead of asking for an answer.
  it.each(METHODS.filter((method) => method !== 'CONNECT'))('%s', async (method) => {
    const allowed = await check(INVOKE, { psk: engineer.psk }, method);
    expect([allowed.status, allowed.headers['x-gov-reason']]).toStrictEqual([200, 'role_match']);
    expectRefusal(await check(INVOKE, { psk: stranger.psk }, method), 403, 'role_missing');
    expectRefusal(await check(INVOKE, {}, method), 401, 'no_credential');
  });

  it('a body is not read, however large or broken', async () => {
    const options = {
      psk: engineer.psk,
      rawBody: Buffer.alloc(4 * 1024 * 1024, '{'),
      headers: { 'content-type': 'application/json', 'content-encoding': 'nonsense' },
    };
    expect((await check(INVOKE, options, 'POST')).status).toBe(200);
    expectRefusal(await check(INVOKE, { ...options, psk: stranger.psk }, 'POST'), 403, 'role_missing');
  });

  it('headers about anything else do not matter', async () => {
    const headers = {
      'if-match': 'nonsense',
      'idempotency-key': 'k',
      'x-min-position': '99999999',
      'content-type': 'nonsense',
      traceparent: 'nonsense',
    };
    expect((await check(INVOKE, { psk: engineer.psk, headers }, 'POST')).status).toBe(200);
  });

  it('headers over the limit are refused like anything else that is not right', async () => {
    const headers = { 'x-long': 'x'.repeat(20 * 1024) };
    const answer = await check(INVOKE, { psk: engineer.psk, headers });
    expect([answer.status, answer.text]).toStrictEqual([403, '']);
  });

  it('what the client says about itself is not said again', async () => {
    const forged = {
      'x-gov-user-id': 'root',
      'x-gov-roles': 'admin',
      'x-gov-else': 'x',
      'x-gov-reason': 'admin',
    };
    const allowed = await check(INVOKE, { psk: engineer.psk, headers: forged });
    expect(govHeaders(allowed)).toMatchObject({ 'x-gov-user-id': 'u-alice', 'x-gov-roles': 'nx1_engineer' });
    expect(allowed.headers['x-gov-else']).toBeUndefined();
    expectRefusal(await check(INVOKE, { psk: stranger.psk, headers: forged }), 403, 'role_missing');
  });
});

describe('the very next decision knows', () => {
  const setRoles = (name: string, roles: string[]): Promise<Answer> =>
    app.request('PUT', `/api/models/churn/deployments/${name}/allowed_roles`, {
      psk: app.platformPsk,
      body: { allowed_roles: roles },
    });
  const reasonFor = async (psk: string, name: string): Promise<string | undefined> =>
    (await check(`/api/models/churn/deployments/${name}/run/x`, { psk })).headers['x-gov-reason'];

  it('that the roles of a deployment were replaced', async () => {
    await givenDeployment(app, 'moving', { roles: ['nx1_engineer'] });
    for (let round = 0; round < 20; round++) {
      expect((await setRoles('moving', ['other'])).status).toBe(200);
      expect(await reasonFor(engineer.psk, 'moving')).toBe('role_match');
      expect((await setRoles('moving', [])).status).toBe(200);
      expect(await reasonFor(engineer.psk, 'moving')).toBe('no_roles_configured');
      expect((await setRoles('moving', ['nx1_engineer'])).status).toBe(200);
      expect(await reasonFor(stranger.psk, 'moving')).toBe('role_missing');
    }
  });

  it('that a deployment was registered, stopped, started and archived', async () => {
    const path = '/api/models/churn/deployments/born';
    const act = (method: string, rest: string): Promise<Answer> =>
      app.request(method, `${path}${rest}`, { psk: app.platformPsk });
    expect(await reasonFor(engineer.psk, 'born')).toBe('deployment_not_found');
    await givenDeployment(app, 'born', { roles: ['nx1_engineer'] });
    expect(await reasonFor(engineer.psk, 'born')).toBe('role_match');
    await act('POST', '/stop');
    expect(await reasonFor(engineer.psk, 'born')).toBe('deployment_not_active');
    await act('POST', '/start');
    expect(await reasonFor(engineer.psk, 'born')).toBe('role_match');
    await act('DELETE', '');
    expect(await reasonFor(engineer.psk, 'born')).toBe('deployment_not_active');
  });

  it('that a user lost his role, was disabled, and came back', async () => {
    const { psk } = await givenUserWithPsk(app, 'u-eve', { roles: ['nx1_engineer'] });
    expect(await reasonFor(psk, 'prod')).toBe('role_match');
    await givenUser(app, 'u-eve', { roles: [] });
    expect(await reasonFor(psk, 'prod')).toBe('role_missing');
    await givenUser(app, 'u-eve', { roles: ['nx1_engineer'], enabled: false });
    expect(await reasonFor(psk, 'prod')).toBe('user_disabled');
    await givenUser(app, 'u-eve', { roles: ['nx1_engineer'] });
    expect(await reasonFor(psk, 'prod')).toBe('role_match');
  });

  it('that a key was revoked, and its successor issued', async () => {
    const first = await givenUserWithPsk(app, 'u-fay', { roles: ['nx1_engineer'] });
    expect(await reasonFor(first.psk, 'prod')).toBe('role_match');
    await app.request('DELETE', `/governance/v1/psks/${first.id}`, { psk: app.platformPsk });
    expect(await reasonFor(first.psk, 'prod')).toBe('revoked_credential');
    const second = await givenPsk(app, 'u-fay');
    expect(await reasonFor(second.psk, 'prod')).toBe('role_match');
    expect(await reasonFor(first.psk, 'prod')).toBe('revoked_credential');
  });

  it('after a restart as well', async () => {
    await app.restart();
    expect(await reasonFor(engineer.psk, 'prod')).toBe('role_match');
    expect(await reasonFor(revoked.psk, 'prod')).toBe('revoked_credential');
  });
});

describe('the record', () => {
  it('has one line and one count per decision, without credentials and names', async () => {
    const before = app.log.length;
    const answer = await check(INVOKE, { psk: engineer.psk });
    const id = answer.headers['x-gov-decision-id'] ?? 'none';
    const lines = app.log.slice(before).filter((line) => line.includes(id));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toStrictEqual([
      expect.objectContaining({
        message: 'decision',
        decision_id: id,
        decision: 'allow',
        reason: 'role_match',
        action: 'invoke',
        credential: 'user_psk',
        user_id: 'u-alice',
        psk_id: engineer.id,
      }),
    ]);
    expect(app.log.join('')).not.toContain(engineer.psk);
    await check(INVOKE, { psk: stranger.psk });
    const { text } = await app.request('GET', '/metrics');
    expect(text).toMatch(/^countersign_decisions_total\{decision="allow",reason="role_match"\} [1-9]/m);
    expect(text).toMatch(/^countersign_decisions_total\{decision="deny",reason="role_missing"\} [1-9]/m);
  });
});
