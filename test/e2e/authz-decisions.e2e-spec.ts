import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { givenDeployment, givenUser, givenUserWithPsk, type IssuedPsk } from '../support/governed.js';
import type { Answer, RequestOptions } from '../support/http-client.js';
import { AUDIENCE, OpenIdProvider } from '../support/openid-provider.js';

const DECISIONS = '/api/authz/decisions';
const OLGA = { sub: 'u-olga', username: 'olga' };
const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const RESOURCE = { model: 'churn', deployment: 'prod' };

const keycloak = ({ issuer }: OpenIdProvider): Record<string, string> => ({
  KEYCLOAK_ISSUER: issuer,
  KEYCLOAK_AUDIENCE: AUDIENCE,
});

let provider: OpenIdProvider;
let app: App;
let deploymentId: string;
let engineer: IssuedPsk;

beforeAll(async () => {
  provider = await OpenIdProvider.start();
  app = await startApp({ env: keycloak(provider) });
  deploymentId = await givenDeployment(app, 'prod', { roles: ['nx1_engineer'], owner: 'olga' });
  engineer = await givenUserWithPsk(app, 'u-alice', { username: 'alice', roles: ['nx1_engineer'] });
  await givenUser(app, 'u-olga', { username: 'olga' });
});
afterAll(async () => {
  await app.stop();
  await provider.close();
});

const ask = (body: unknown, options: RequestOptions = { psk: app.platformPsk }): Promise<Answer> =>
  app.request('POST', DECISIONS, { ...options, body });

const credential = (value: string): object => ({ type: 'credential', value });
const user = (id: string): object => ({ type: 'user', id });
const invoke = (subject: object, resource: object = RESOURCE): object => ({
  subject,
  action: 'invoke',
  resource,
});
const manage = (subject: object, resource: object = RESOURCE): object => ({
  subject,
  action: 'manage',
  resource,
});

describe('a question', () => {
  it('is answered with all that was found', async () => {
    const { status, json } = await ask({
      ...invoke(credential(engineer.psk)),
      context: { path: '/predict', method: 'POST', ip: '192.0.2.7', else: 1 },
      else: { not: 'looked at' },
    });
    expect(status).toBe(200);
    expect(json).toStrictEqual({
      decision: true,
      reason: 'role_match',
      matched_roles: ['nx1_engineer'],
      subject: { kind: 'user_psk', user_id: 'u-alice', username: 'alice', psk_id: engineer.id },
      resource: {
        deployment_id: deploymentId,
        status: 'active',
        type: 'online',
        revision: expect.any(Number),
      },
      decision_id: UUID,
      evaluated_at: TIME,
      cache_ttl_seconds: 5,
    });
  });

  it('is answered with no just as well, and nobody may keep that', async () => {
    const { status, json } = await ask(invoke(user('u-olga')));
    expect(status).toBe(200);
    expect(json).toStrictEqual({
      decision: false,
      reason: 'role_missing',
      matched_roles: [],
      subject: { kind: 'user', user_id: 'u-olga', username: 'olga', psk_id: null },
      resource: {
        deployment_id: deploymentId,
        status: 'active',
        type: 'online',
        revision: expect.any(Number),
      },
      decision_id: UUID,
      evaluated_at: TIME,
      cache_ttl_seconds: 0,
    });
  });

  it.each<[string, () => object, boolean, string, object | null]>([
    [
      'the platform',
      () => invoke(credential(app.platformPsk)),
      true,
      'platform_psk',
      { user_id: null, username: null },
    ],
    [
      'a user who invokes',
      () => invoke(user('u-alice')),
      true,
      'role_match',
      { kind: 'user', user_id: 'u-alice' },
    ],
    [
      'an owner who manages',
      () => manage(user('u-olga')),
      true,
      'owner',
      { kind: 'user', user_id: 'u-olga' },
    ],
    ['nobody', () => invoke(user('u-none')), false, 'invalid_credential', null],
    ['an unknown key', () => invoke(credential('x'.repeat(40))), false, 'invalid_credential', null],
    [
      'something in the form of a token',
      () => manage(credential('a.b.c')),
      false,
      'invalid_credential',
      null,
    ],
    [
      'another deployment',
      () => invoke(user('u-alice'), { model: 'churn', deployment: 'test' }),
      false,
      'deployment_not_found',
      { user_id: 'u-alice' },
    ],
    [
      'a name that goes on after a NUL',
      () => invoke(user('u-alice'), { model: 'churn', deployment: 'prod\u0000x' }),
      false,
      'deployment_not_found',
      { user_id: 'u-alice' },
    ],
    [
      'a name that is not one',
      () => invoke(user('u-alice'), { model: '../churn', deployment: '' }),
      false,
      'deployment_not_found',
      { user_id: 'u-alice' },
    ],
  ])('about %s', async (_, body, decision, reason, subject) => {
    const { status, json } = await ask(body());
    expect(status).toBe(200);
    expect(json).toMatchObject({ decision, reason, subject });
    if (reason !== 'role_match' && reason !== 'owner' && reason !== 'platform_psk')
      expect(json.resource).toBeNull();
  });

  it('about a token: it manages, and never invokes', async () => {
    const token = await provider.token(OLGA);
    const managed = await ask(manage(credential(token)));
    expect(managed.json).toMatchObject({
      decision: true,
      reason: 'owner',
      subject: { kind: 'jwt', psk_id: null },
    });
    const invoked = await ask(invoke(credential(token)));
    expect(invoked.json).toMatchObject({ decision: false, reason: 'credential_type_not_accepted' });
  });

  it('about a disabled user', async () => {
    const { psk } = await givenUserWithPsk(app, 'u-dan', { roles: ['nx1_engineer'] });
    await givenUser(app, 'u-dan', { roles: ['nx1_engineer'], enabled: false });
    expect((await ask(invoke(credential(psk)))).json).toMatchObject({
      decision: false,
      reason: 'user_disabled',
    });
    expect((await ask(invoke(user('u-dan')))).json).toMatchObject({
      decision: false,
      reason: 'user_disabled',
    });
  });

  it('writes nothing to the log of events', async () => {
    const head = await app.store.head();
    await ask(invoke(user('u-alice')), { psk: app.platformPsk, headers: { 'idempotency-key': 'k1' } });
    expect(await app.store.head()).toBe(head);
  });

  it('leaves no trace of the credential', () => {
    expect(app.log.join('')).not.toContain(engineer.psk);
  });
});

describe('who asks', () => {
  it('is the platform or an administrator', async () => {
    const token = await provider.token({ sub: 'u-root', username: 'root', roles: ['governance-admin'] });
    expect((await ask(invoke(user('u-alice')), { token })).status).toBe(200);
  });

  it('is nobody else', async () => {
    const { status, json } = await ask(invoke(user('u-alice')), { psk: engineer.psk });
    expect([status, json]).toStrictEqual([
      403,
      { error: 'The platform PSK or a governance administrator is required', code: 403 },
    ]);
  });

  it.each<[string, () => RequestOptions, number, string]>([
    ['without a credential', () => ({}), 401, 'Not authenticated'],
    ['with a wrong one', () => ({ psk: 'x'.repeat(40) }), 401, 'Invalid or expired credential'],
  ])('%s', async (_, options, code, error) => {
    const answer = await ask('not even looked at', options());
    expect([answer.status, answer.json]).toStrictEqual([code, { error, code }]);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="governance"/);
  });

  it('is not held up by the wrong keys that are presented to it', async () => {
    const guarded = await startApp({ env: { PSK_FAILURES_PER_MINUTE: '1' } });
    try {
      const guess = (ip?: string): Promise<Answer> =>
        guarded.request('POST', DECISIONS, {
          psk: guarded.platformPsk,
          body: { ...invoke(credential('x'.repeat(40))), ...(ip && { context: { ip } }) },
        });
      expect((await guess('192.0.2.7')).json).toMatchObject({
        decision: false,
        reason: 'invalid_credential',
      });
      const { status, json, headers } = await guess('192.0.2.7');
      expect([status, json]).toStrictEqual([
        429,
        { error: 'Too many wrong keys from this address', code: 429 },
      ]);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect((await guess('192.0.2.8')).status).toBe(200);
      expect((await guess()).status).toBe(200);
      const wrong = await guarded.request('POST', DECISIONS, { psk: 'x'.repeat(40), body: {} });
      expect(wrong.status).toBe(401);
    } finally {
      await guarded.stop();
    }
  });
});

describe('a body that is not a question', () => {
  const missing = (input: unknown, ...loc: string[]): object => ({
    type: 'missing',
    loc: ['body', ...loc],
    msg: 'Field required',
    input,
  });
  const wrong = (type: string, msg: string, input: unknown, ...loc: string[]): object => ({
    type,
    loc: ['body', ...loc],
    msg,
    input,
  });
  const OBJECT = 'Input should be a valid dictionary or object to extract fields from';

  it.each<[string, unknown, object[]]>([
    ['empty', {}, [missing({}, 'subject'), missing({}, 'action'), missing({}, 'resource')]],
    ['a list', [], [wrong('model_attributes_type', OBJECT, [])]],
    [
      'an unknown kind of subject',
      invoke({ type: 'group', id: 'g' }),
      [
        {
          ...wrong('enum', "Input should be 'credential' or 'user'", 'group', 'subject', 'type'),
          ctx: { expected: "'credential' or 'user'" },
        },
      ],
    ],
    [
      'an unknown action',
      { ...manage(user('u')), action: 'delete' },
      [
        {
          ...wrong('enum', "Input should be 'invoke' or 'manage'", 'delete', 'action'),
          ctx: { expected: "'invoke' or 'manage'" },
        },
      ],
    ],
    [
      'a resource without names',
      invoke(user('u'), {}),
      [missing({}, 'resource', 'model'), missing({}, 'resource', 'deployment')],
    ],
    [
      'names that are no texts',
      invoke(user('u'), { model: 1, deployment: null }),
      [
        wrong('string_type', 'Input should be a valid string', 1, 'resource', 'model'),
        wrong('string_type', 'Input should be a valid string', null, 'resource', 'deployment'),
      ],
    ],
    [
      'a context that is none',
      { ...invoke(user('u')), context: 'x' },
      [wrong('model_attributes_type', OBJECT, 'x', 'context')],
    ],
    [
      'a user without id',
      invoke({ type: 'user', value: 'u' }),
      [
        {
          ...wrong(
            'value_error',
            'Value error, A subject of type user needs its id',
            { type: 'user', value: 'u' },
            'subject',
          ),
          ctx: { error: {} },
        },
      ],
    ],
  ])('%s', async (_, body, detail) => {
    const { status, json } = await ask(body);
    expect([status, json]).toStrictEqual([422, { detail }]);
  });

  const SECRET = 'an-operator-chose-this-key-himself-0123456789';
  it.each<[string, RequestOptions]>([
    ['a field beside it is missing', { body: { subject: credential(SECRET) } }],
    [
      'its field is misspelt',
      { body: { ...invoke(user('u')), subject: { type: 'credential', valeu: SECRET } } },
    ],
    ['it stands where an object should', { body: { ...invoke(user('u')), subject: SECRET } }],
    ['it stands where a word should', { body: { ...invoke(user('u')), action: SECRET } }],
    ['it is a key', { body: { [SECRET]: 1 } }],
    ['the body is not JSON', { rawBody: `value=${SECRET}`, headers: { 'content-type': 'text/plain' } }],
    [
      'the body is broken',
      { rawBody: `{"value":"${SECRET}"`, headers: { 'content-type': 'application/json' } },
    ],
    [
      'a key is forbidden',
      { rawBody: `{"__proto__":"${SECRET}"}`, headers: { 'content-type': 'application/json' } },
    ],
  ])('is not repeated with the credential in it: %s', async (_, sent) => {
    const { status, text } = await app.request('POST', DECISIONS, { psk: app.platformPsk, ...sent });
    expect(status).toBe(422);
    expect(text).not.toContain(SECRET);
    expect(app.log.join('')).not.toContain(SECRET);
  });

  it('comes before the question who asks', async () => {
    expect((await ask({}, { psk: engineer.psk })).status).toBe(422);
  });
});
