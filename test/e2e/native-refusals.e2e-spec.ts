import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startApp, type App } from '../support/app.js';
import { givenDeployment, givenUser } from '../support/governed.js';
import type { Answer, RequestOptions } from '../support/http-client.js';

const BASE = '/governance/v1';
const JSON_HEADERS = { 'content-type': 'application/json' };

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly traceId: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

describe('refusals', () => {
  let app: App;
  let deploymentId: string;
  let head: bigint;

  const call = (method: string, path: string, options: RequestOptions = {}): Promise<Answer> =>
    app.request(method, path, { psk: app.platformPsk, ...options });

  const expectProblem = (answer: Answer, status: number, slug: string): Problem => {
    expect([answer.status, answer.headers['content-type']]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
    const problem = answer.json as Problem;
    expect(problem).toEqual({
      type: `urn:countersign:problem:${slug}`,
      title: expect.any(String),
      status,
      detail: expect.any(String),
      traceId: expect.any(String),
      ...(problem.errors && { errors: problem.errors }),
    });
    return problem;
  };

  beforeAll(async () => {
    app = await startApp({ env: { SERVING_PLATFORM: 'reports' } });
    await givenUser(app, 'known');
    deploymentId = await givenDeployment(app, 'prod');
    head = await app.store.head();
  });

  afterAll(() => app.stop());

  it.each<[string, RequestOptions, number, string]>([
    ['malformed JSON', { rawBody: '{"username": ', headers: JSON_HEADERS }, 400, 'malformed-json'],
    [
      'invalid UTF-8',
      { rawBody: Buffer.from([0x22, 0xff, 0x22]), headers: JSON_HEADERS },
      400,
      'invalid-utf8',
    ],
    [
      '10,000 levels',
      { rawBody: '['.repeat(10_000) + ']'.repeat(10_000), headers: JSON_HEADERS },
      400,
      'nesting-too-deep',
    ],
    ['10 MB', { rawBody: 'x'.repeat(10_000_000), headers: JSON_HEADERS }, 413, 'body-too-large'],
    [
      'a form',
      { rawBody: 'username=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported-media-type',
    ],
    ['no content type', { rawBody: '{"username":"a"}' }, 415, 'unsupported-media-type'],
    ['no body', {}, 422, 'body-missing'],
    [
      '__proto__',
      { rawBody: '{"username":"a","__proto__":{"isAdmin":true}}', headers: JSON_HEADERS },
      422,
      'forbidden-key',
    ],
    [
      'a long header',
      { body: { username: 'a' }, headers: { 'x-long': 'x'.repeat(20_000) } },
      431,
      'headers-too-large',
    ],
    ['a bad If-Match', { body: { username: 'a' }, headers: { 'if-match': '1' } }, 422, 'invalid-header'],
    [
      'a bad reason',
      { body: { username: 'a' }, headers: { 'x-change-reason': '%zz' } },
      422,
      'invalid-header',
    ],
  ])('a write with %s', async (_, options, status, slug) => {
    expectProblem(await call('PUT', `${BASE}/users/u`, options), status, slug);
  });

  it.each<[unknown, readonly string[]]>([
    [[], ['']],
    ['text', ['']],
    [null, ['']],
    [{}, ['/username']],
    [{ username: '' }, ['/username']],
    [{ username: ' \u00a0' }, ['/username']],
    [{ username: 'x'.repeat(10_000) }, ['/username']],
    [{ username: 'a\r\nb' }, ['/username']],
    [{ username: 'a\u0000b' }, ['/username']],
    [{ username: '\ud800' }, ['/username']],
    [{ username: ['a'] }, ['/username']],
    [{ username: 'a', email: 'nobody' }, ['/email']],
    [{ username: 'a', firstName: 1, lastName: {} }, ['/firstName', '/lastName']],
    [{ username: 'a', realmRoles: null }, ['/realmRoles']],
    [{ username: 'a', realmRoles: 'x' }, ['/realmRoles']],
    [{ username: 'a', realmRoles: { length: 0 } }, ['/realmRoles']],
    [
      { username: 'a', realmRoles: ['ok', '', 'a\nb', 5] },
      ['/realmRoles/1', '/realmRoles/2', '/realmRoles/3'],
    ],
    [{ username: 'a', realmRoles: Array.from({ length: 1_001 }, (_, n) => `r-${n}`) }, ['/realmRoles']],
    [{ username: 'a', enabled: 'yes' }, ['/enabled']],
    [{ username: 'a', userId: 'u', isAdmin: true }, ['/userId', '/isAdmin']],
    [{ username: 'a', 'a/b~c': 1 }, ['/a~1b~0c']],
    [
      { username: 'a', constructor: null, hasOwnProperty: 1, toString: 2 },
      ['/constructor', '/hasOwnProperty', '/toString'],
    ],
  ])('PUT users/{id} %j points at what does not fit', async (body, pointers) => {
    const answer = await call('PUT', `${BASE}/users/u`, {
      rawBody: JSON.stringify(body),
      headers: JSON_HEADERS,
    });
    const { errors = [] } = expectProblem(answer, 422, 'invalid-request');
    expect(errors.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it.each([
    ['GET', `${BASE}/nothing`, 404, 'not-found'],
    ['GET', '/nowhere', 404, 'not-found'],
    ['PATCH', `${BASE}/users/known`, 405, 'method-not-allowed'],
    ['GET', `${BASE}/users/%zz`, 400, 'bad-path'],
    ['GET', `${BASE}/users/%00`, 422, 'invalid-request'],
    ['GET', `${BASE}/users/${'x'.repeat(300)}`, 422, 'invalid-request'],
    ['GET', `${BASE}/users/nobody`, 404, 'user-not-found'],
    ['GET', `${BASE}/groups/nothing`, 404, 'group-not-found'],
    ['DELETE', `${BASE}/psks/nothing`, 404, 'psk-not-found'],
  ])('%s %s: %i %s', async (method, path, status, slug) => {
    expectProblem(await call(method, path), status, slug);
  });

  it('names the trace of the caller, or the request', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const traced = await call('GET', `${BASE}/users/nobody`, { headers: { traceparent } });
    expect((traced.json as Problem).traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    const untraced = await call('GET', `${BASE}/users/nobody`);
    expect((untraced.json as Problem).traceId).toBe(untraced.headers['x-request-id']);
  });

  it('waits for X-Min-Position, and refuses one that is none', async () => {
    expect((await call('GET', `${BASE}/audit`, { headers: { 'x-min-position': String(head) } })).status).toBe(
      200,
    );
    expectProblem(
      await call('GET', `${BASE}/audit`, { headers: { 'x-min-position': 'x' } }),
      422,
      'invalid-header',
    );
  });

  it('changed nothing so far', async () => {
    expect(await app.store.head()).toBe(head);
  });

  it('never answers random requests with a failure of its own', async () => {
    const bodies = fc.oneof(
      fc.json({ maxDepth: 6 }),
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .record(
          {
            username: fc.anything({ maxDepth: 1 }),
            name: fc.anything({ maxDepth: 1 }),
            email: fc.anything({ maxDepth: 1 }),
            groups: fc.anything({ maxDepth: 2 }),
            realmRoles: fc.array(fc.string({ unit: 'binary', maxLength: 300 })),
            enabled: fc.anything({ maxDepth: 0 }),
            description: fc.string({ unit: 'binary' }),
            validUntil: fc.oneof(
              fc.string(),
              fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
            ),
            status: fc.constantFrom('active', 'failed', 'deploying', 'stopped', null),
            replica_count: fc.anything({ maxDepth: 0 }),
            error_message: fc.string({ unit: 'binary' }),
            constructor: fc.anything({ maxDepth: 1 }),
          },
          { requiredKeys: [] },
        )
        .map((body) => JSON.stringify(body)),
    );
    const ids = fc
      .oneof(
        fc.constantFrom('known', 'u', deploymentId),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
      )
      .map(encodeURIComponent);
    const target = fc.oneof(
      ids.map((id) => ['PUT', `users/${id}`] as const),
      ids.map((id) => ['PUT', `groups/${id}`] as const),
      ids.map((id) => ['DELETE', `groups/${id}`] as const),
      ids.map((id) => ['POST', `users/${id}/psk`] as const),
      ids.map((id) => ['DELETE', `psks/${id}`] as const),
      ids.map((id) => ['POST', `deployments/${id}/status`] as const),
      fc.webQueryParameters({ size: 'small' }).map((query) => ['GET', `audit?${query}`] as const),
      fc
        .tuple(
          fc.constantFrom('audit', 'events', 'users', `deployments/${'x'}`),
          fc.constantFrom(
            'actor',
            'entityId',
            'since',
            'cursor',
            'limit',
            'after',
            'entity',
            'types',
            'search',
            'asOf',
          ),
          fc.string({ unit: 'grapheme', maxLength: 40 }),
        )
        .map(([path, name, value]) => ['GET', `${path}?${name}=${encodeURIComponent(value)}`] as const),
    );
    await fc.assert(
      fc.asyncProperty(target, bodies, async ([method, path], rawBody) => {
        const answer = await call(method, `${BASE}/${path}`, {
          ...(method !== 'GET' && { rawBody, headers: JSON_HEADERS }),
        });
        expect(answer.status).toBeLessThan(500);
        if (answer.status >= 400) expect((answer.json as Problem).status).toBe(answer.status);
      }),
      { numRuns: 400 },
    );
  });
});
