import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { givenDeployment, givenUserWithPsk, type IssuedPsk } from '../support/governed.js';
import type { Answer, RequestOptions } from '../support/http-client.js';

const EVALUATION = '/access/v1/evaluation';
const EVALUATIONS = '/access/v1/evaluations';
const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

const ALICE = { type: 'user', id: 'u-alice' };
const INVOKE = { name: 'invoke' };
const named = (deployment: string): object => ({
  type: 'deployment',
  properties: { model: 'churn', deployment },
});
const PROD = named('prod');
const LOCKED = named('locked');

let app: App;
let prodId: string;
let alice: IssuedPsk;

beforeAll(async () => {
  app = await startApp();
  prodId = await givenDeployment(app, 'prod', { roles: ['nx1_engineer'] });
  await givenDeployment(app, 'locked', { roles: [] });
  alice = await givenUserWithPsk(app, 'u-alice', { roles: ['nx1_engineer'] });
});
afterAll(() => app.stop());

const ask = (path: string, body: unknown, options: RequestOptions = {}): Promise<Answer> =>
  app.request('POST', path, { psk: app.platformPsk, ...options, body });

const allow = expect.objectContaining({
  decision: true,
  context: expect.objectContaining({ reason: 'role_match' }),
});
const deny = (reason: string): unknown =>
  expect.objectContaining({ decision: false, context: expect.objectContaining({ reason }) });

describe('one evaluation', () => {
  it('answers with the decision, and why', async () => {
    const { status, json, headers } = await ask(EVALUATION, {
      subject: ALICE,
      action: INVOKE,
      resource: PROD,
    });
    expect([status, headers['content-type']]).toStrictEqual([200, 'application/json; charset=utf-8']);
    expect(json).toStrictEqual({
      decision: true,
      context: {
        reason: 'role_match',
        matched_roles: ['nx1_engineer'],
        deployment_id: prodId,
        decision_id: UUID,
        evaluated_at: TIME,
        cache_ttl_seconds: 5,
      },
    });
  });

  it('answers no with 200 too', async () => {
    const { status, json } = await ask(EVALUATION, { subject: ALICE, action: INVOKE, resource: LOCKED });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      decision: false,
      context: { reason: 'no_roles_configured', matched_roles: [], cache_ttl_seconds: 0 },
    });
  });

  it.each<[string, () => object, string]>([
    ['a deployment by id', () => ({ resource: { type: 'deployment', id: prodId } }), 'role_match'],
    [
      'by id, whatever its properties say',
      () => ({ resource: { type: 'deployment', id: prodId, properties: { model: 'x' } } }),
      'role_match',
    ],
    [
      'an id that nothing has',
      () => ({ resource: { type: 'deployment', id: 'none' } }),
      'deployment_not_found',
    ],
    ['a credential as id', () => ({ subject: { type: 'credential', id: alice.psk } }), 'role_match'],
    ['a credential as value', () => ({ subject: { type: 'credential', value: alice.psk } }), 'role_match'],
    [
      'an unknown credential',
      () => ({ subject: { type: 'credential', id: 'x'.repeat(40) } }),
      'invalid_credential',
    ],
    ['an unknown user', () => ({ subject: { type: 'user', id: 'u-none' } }), 'invalid_credential'],
    ['more than is looked at', () => ({ context: { time: 'now' }, else: 1 }), 'role_match'],
  ])('takes %s', async (_, changes, reason) => {
    const { status, json } = await ask(EVALUATION, {
      subject: ALICE,
      action: INVOKE,
      resource: PROD,
      ...changes(),
    });
    expect([status, json.context.reason]).toStrictEqual([200, reason]);
  });

  const VALID = { subject: ALICE, action: INVOKE, resource: PROD };
  it.each<[string, unknown, string[]]>([
    ['nothing', {}, ['/subject', '/action', '/resource']],
    ['no object', [VALID], ['']],
    ['a subject that is a text', { ...VALID, subject: 'alice' }, ['/subject']],
    ['a subject without type', { ...VALID, subject: { id: 'u-alice' } }, ['/subject/type']],
    ['a subject of another type', { ...VALID, subject: { type: 'group', id: 'g' } }, ['/subject/type']],
    ['a subject without id', { ...VALID, subject: { type: 'user' } }, ['/subject/id']],
    ['an id that is a number', { ...VALID, subject: { type: 'user', id: 1 } }, ['/subject/id']],
    ['two credentials', { ...VALID, subject: { type: 'credential', id: 'a', value: 'b' } }, ['/subject']],
    ['an action without name', { ...VALID, action: {} }, ['/action/name']],
    ['an unknown action', { ...VALID, action: { name: 'can_read' } }, ['/action/name']],
    ['a resource of another type', { ...VALID, resource: { type: 'document', id: '1' } }, ['/resource/type']],
    ['a resource without id', { ...VALID, resource: { type: 'deployment' } }, ['/resource/id']],
    [
      'a resource with half a name',
      { ...VALID, resource: { type: 'deployment', properties: { model: 'churn' } } },
      ['/resource/properties/deployment'],
    ],
    ['a context that is a list', { ...VALID, context: [] }, ['/context']],
  ])('refuses %s with 400', async (_, body, pointers) => {
    const { status, json, headers } = await ask(EVALUATION, body);
    expect([status, headers['content-type']]).toStrictEqual([400, 'application/problem+json; charset=utf-8']);
    expect(json).toMatchObject({ type: 'urn:countersign:problem:malformed-request', status: 400 });
    expect(json.errors.map(({ pointer }: { pointer: string }) => pointer)).toStrictEqual(pointers);
  });

  it.each<[string, RequestOptions, number]>([
    ['broken JSON', { rawBody: '{', headers: { 'content-type': 'application/json' } }, 400],
    ['no body', {}, 400],
    [
      'a key that pollutes',
      { rawBody: '{"__proto__":{}}', headers: { 'content-type': 'application/json' } },
      400,
    ],
    ['something else than JSON', { rawBody: 'x', headers: { 'content-type': 'text/plain' } }, 415],
  ])('refuses %s', async (_, options, status) => {
    expect((await app.request('POST', EVALUATION, { psk: app.platformPsk, ...options })).status).toBe(status);
  });

  it('repeats no credential in a refusal', async () => {
    const { text } = await ask(EVALUATION, {
      subject: { type: 'credential', id: alice.psk, value: alice.psk },
    });
    expect(text).not.toContain(alice.psk);
    expect(app.log.join('')).not.toContain(alice.psk);
  });
});

describe('who asks', () => {
  it.each<[string, () => RequestOptions, number]>([
    ['nobody', () => ({}), 401],
    ['somebody unknown', () => ({ psk: 'x'.repeat(40) }), 401],
    ['a user', () => ({ psk: alice.psk }), 403],
  ])('%s', async (_, options, status) => {
    for (const path of [EVALUATION, EVALUATIONS]) {
      const body = { subject: ALICE, action: INVOKE, resource: PROD, evaluations: [{}] };
      const answer = await app.request('POST', path, { ...options(), body });
      expect([answer.status, answer.json.status]).toStrictEqual([status, status]);
    }
  });
});

describe('X-Request-ID', () => {
  const headers = { 'x-request-id': 'bfe9eb29 / any string' };
  it.each<[string, () => Promise<Answer>, number]>([
    [
      'an answer',
      () => ask(EVALUATION, { subject: ALICE, action: INVOKE, resource: PROD }, { headers }),
      200,
    ],
    ['a refusal', () => ask(EVALUATION, {}, { headers }), 400],
    ['somebody unknown', () => app.request('POST', EVALUATIONS, { headers, body: {} }), 401],
    ['a path that is not there', () => ask('/access/v1/search', {}, { headers }), 404],
  ])('comes back with %s', async (_, send, status) => {
    const answer = await send();
    expect([answer.status, answer.headers['x-request-id']]).toStrictEqual([status, headers['x-request-id']]);
  });

  it('is ours when none was sent, and elsewhere', async () => {
    expect((await ask(EVALUATION, {})).headers['x-request-id']).toEqual(UUID);
    expect((await app.request('GET', '/livez', { headers })).headers['x-request-id']).toEqual(UUID);
  });
});

describe('several evaluations', () => {
  const THREE = [{ resource: PROD }, { resource: LOCKED }, { resource: PROD }];
  const three = (options?: object): object => ({
    subject: ALICE,
    action: INVOKE,
    evaluations: THREE,
    ...(options && { options }),
  });

  it.each<[string, object | undefined, unknown[]]>([
    ['all of them', undefined, [allow, deny('no_roles_configured'), allow]],
    ['all of them, options empty', {}, [allow, deny('no_roles_configured'), allow]],
    [
      'all of them, asked for',
      { evaluations_semantic: 'execute_all' },
      [allow, deny('no_roles_configured'), allow],
    ],
    [
      'up to the first no',
      { evaluations_semantic: 'deny_on_first_deny' },
      [allow, deny('no_roles_configured')],
    ],
    ['up to the first yes', { evaluations_semantic: 'permit_on_first_permit' }, [allow]],
  ])('answers %s', async (_, options, evaluations) => {
    const { status, json } = await ask(EVALUATIONS, three(options));
    expect(status).toBe(200);
    expect(json).toStrictEqual({ evaluations });
  });

  it('goes on to the first yes', async () => {
    const { json } = await ask(EVALUATIONS, {
      subject: ALICE,
      action: INVOKE,
      evaluations: [{ resource: LOCKED }, { resource: PROD }, { resource: PROD }],
      options: { evaluations_semantic: 'permit_on_first_permit' },
    });
    expect(json).toStrictEqual({ evaluations: [deny('no_roles_configured'), allow] });
  });

  it('takes from the top what an item leaves out, key by key, and not halves', async () => {
    const { json } = await ask(EVALUATIONS, {
      subject: ALICE,
      action: INVOKE,
      resource: PROD,
      evaluations: [
        {},
        { subject: { type: 'user', id: 'u-none' } },
        { action: { name: 'manage' }, resource: LOCKED },
        { subject: { id: 'u-alice' } },
      ],
    });
    expect(json).toStrictEqual({
      evaluations: [
        allow,
        deny('invalid_credential'),
        deny('no_roles_configured'),
        {
          decision: false,
          context: { error: { status: 400, message: 'subject.type must be user or credential' } },
        },
      ],
    });
  });

  it('counts an item that makes no sense as a no', async () => {
    const { json } = await ask(EVALUATIONS, {
      subject: ALICE,
      action: INVOKE,
      evaluations: ['nonsense', { resource: PROD }],
      options: { evaluations_semantic: 'deny_on_first_deny' },
    });
    expect(json).toStrictEqual({
      evaluations: [
        { decision: false, context: { error: { status: 400, message: 'an evaluation must be an object' } } },
      ],
    });
  });

  it.each([undefined, []])('is one evaluation when it lists none: %j', async (evaluations) => {
    const { status, json } = await ask(EVALUATIONS, {
      subject: ALICE,
      action: INVOKE,
      resource: PROD,
      evaluations,
    });
    expect([status, json]).toStrictEqual([200, allow]);
  });

  it.each<[string, unknown, string]>([
    ['no object', [], ''],
    ['no list', { evaluations: {} }, '/evaluations'],
    ['too long a list', { evaluations: Array.from({ length: 1_001 }, () => ({})) }, '/evaluations'],
    ['options that are none', { evaluations: [{}], options: 'x' }, '/options'],
    [
      'another semantic',
      { evaluations: [{}], options: { evaluations_semantic: 'any' } },
      '/options/evaluations_semantic',
    ],
  ])('refuses %s with 400', async (_, body, pointer) => {
    const { status, json } = await ask(EVALUATIONS, body);
    expect([status, json.errors[0].pointer]).toStrictEqual([400, pointer]);
  });
});
