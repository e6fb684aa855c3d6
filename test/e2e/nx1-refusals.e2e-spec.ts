import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import type { Answer, RequestOptions } from '../support/http-client.js';
import {
  REFUSED_ELSEWHERE,
  REFUSED_ROLES,
  VALID_CREATE,
  type RefusedBody,
} from '../support/nx1-refused-bodies.js';
import { deviationsFrom } from '../support/nx1-schema.js';

const DEPLOYMENTS = '/api/models/churn/deployments';
const ROLES = `${DEPLOYMENTS}/prod/allowed_roles`;
const JSON_TYPE = { 'content-type': 'application/json' };

let app: App;
beforeAll(async () => {
  app = await startApp();
  const created = await app.request('POST', DEPLOYMENTS, { psk: app.platformPsk, body: VALID_CREATE });
  expect(created.status).toBe(201);
});
afterAll(() => app.stop());

/** Sent by the platform, which may do everything, so that only the request itself can be at fault. */
const refused = async (method: string, path: string, options: RequestOptions): Promise<Answer> => {
  const head = await app.store.head();
  const answer = await app.request(method, path, { psk: app.platformPsk, ...options });
  expect(await app.store.head()).toBe(head);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  return answer;
};

const TARGETS = {
  roles: ['PUT', ROLES],
  create: ['POST', DEPLOYMENTS],
  run: ['POST', `${DEPLOYMENTS}/prod/runs`],
} as const;

const sendRow = ({ route, sent, contentType }: RefusedBody): Promise<Answer> => {
  if (route === 'admin-psk') return refused('DELETE', `/api/admin/psks/${sent}`, {});
  const [method, path] = TARGETS[route];
  const headers = { 'content-type': contentType ?? 'application/json' };
  return refused(method, path, sent === undefined ? {} : { rawBody: sent, headers });
};

describe('a body or path with fields that are wrong', () => {
  it.each([...REFUSED_ROLES, ...REFUSED_ELSEWHERE])('$route: $title', async (row) => {
    const { status, json } = await sendRow(row);
    expect([status, json]).toStrictEqual([422, { detail: row.detail }]);
    expect(deviationsFrom('HTTPValidationError', json)).toStrictEqual([]);
  });
});

const error = (code: number, text: string): object => ({ error: text, code });

describe('a body beyond the limits', () => {
  it('of 10 MiB is refused before it is read', async () => {
    const { status, json } = await refused('PUT', ROLES, {
      rawBody: Buffer.alloc(10 * 1024 * 1024, ' '),
      headers: JSON_TYPE,
    });
    expect([status, json]).toStrictEqual([413, error(413, 'The body is larger than 1048576 bytes')]);
  });

  it('that nests 10 000 deep is refused before it is parsed', async () => {
    const { status, json } = await refused('PUT', ROLES, {
      rawBody: '['.repeat(10_000) + ']'.repeat(10_000),
      headers: JSON_TYPE,
    });
    expect([status, json]).toStrictEqual([400, error(400, 'The body nests more than 64 levels deep')]);
  });

  it('in something else than UTF-8 is refused', async () => {
    const { status, json } = await refused('PUT', ROLES, {
      rawBody: Buffer.from('{"allowed_roles":["caf\u00e9"]}', 'latin1'),
      headers: JSON_TYPE,
    });
    expect([status, json]).toStrictEqual([400, error(400, 'The body is not valid UTF-8')]);
  });

  it('leaves no trace on prototypes', async () => {
    await refused('PUT', ROLES, { rawBody: '{"__proto__":{"polluted":1}}', headers: JSON_TYPE });
    await refused('PUT', ROLES, {
      rawBody: '{"constructor":{"prototype":{"polluted":1}}}',
      headers: JSON_TYPE,
    });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('headers', () => {
  it('beyond 16 KiB are refused', async () => {
    const { status, json } = await refused('PUT', ROLES, {
      body: { allowed_roles: ['a'] },
      headers: { 'x-padding': 'p'.repeat(17 * 1024) },
    });
    expect([status, json]).toStrictEqual([431, error(431, 'The headers are larger than 16384 bytes')]);
  });

  it.each([
    ['If-Match', '7'],
    ['If-Match', 'W/"7"'],
    ['Idempotency-Key', 'k'.repeat(256)],
    ['X-Change-Reason', '%zz'],
  ])('with a malformed %s are refused', async (name, value) => {
    const { status, json } = await refused('PUT', ROLES, {
      body: { allowed_roles: ['a'] },
      headers: { [name]: value },
    });
    expect([status, json]).toStrictEqual([
      422,
      { detail: [{ type: 'value_error', loc: ['header', name], msg: expect.any(String), input: value }] },
    ]);
  });

  it('with a malformed X-Min-Position are refused on a read', async () => {
    const { status, json } = await refused('GET', DEPLOYMENTS, { headers: { 'X-Min-Position': 'soon' } });
    expect([status, json]).toMatchObject([
      422,
      { detail: [{ type: 'value_error', loc: ['header', 'X-Min-Position'], input: 'soon' }] },
    ]);
  });
});

const MODEL = String.raw`^(?!\.$)(?!.*\.\.)(?=.*\S)[^\p{Cc}/\\%]{1,255}$`;
const NAME = MODEL.replace('255', '63');

describe('names in the path', () => {
  const mismatch = (field: string, pattern: string, input: string): object => ({
    detail: [
      {
        type: 'string_pattern_mismatch',
        loc: ['path', field],
        msg: `String should match pattern '${pattern}'`,
        input,
        ctx: { pattern },
      },
    ],
  });

  it.each([
    ['an encoded slash', 'a%2fb', 'a/b'],
    ['an encoded slash, upper case', 'a%2Fb', 'a/b'],
    ['two dots', '..', '..'],
    ['encoded dots', '%2e%2e', '..'],
    ['double encoding', 'a%252fb', 'a%2fb'],
    ['a backslash', 'a%5cb', 'a\\b'],
    ['NUL', 'a%00', 'a\0'],
    ['a line break', 'a%0d%0ab', 'a\r\nb'],
    ['a blank', '%20', ' '],
    ['256 characters', 'm'.repeat(256), 'm'.repeat(256)],
    ['10 000 characters', 'm'.repeat(10_000), 'm'.repeat(10_000)],
  ])('refuses a model of %s', async (_, segment, model) => {
    for (const [method, path, options] of [
      ['GET', `/api/models/${segment}/deployments`, {}],
      ['POST', `/api/models/${segment}/deployments`, { body: VALID_CREATE }],
      ['PUT', `/api/models/${segment}/deployments/prod/allowed_roles`, { body: { allowed_roles: [] } }],
    ] as const) {
      const { status, json } = await refused(method, path, options);
      expect([status, json]).toStrictEqual([422, mismatch('model', MODEL, model)]);
    }
  });

  it.each([
    ['two dots', '..', '..'],
    ['an encoded slash', 'a%2fb', 'a/b'],
    ['64 characters', 'n'.repeat(64), 'n'.repeat(64)],
    ['NUL', '%00', '\0'],
  ])('refuses a deployment of %s', async (_, segment, name) => {
    for (const [method, path] of [
      ['GET', `${DEPLOYMENTS}/${segment}`],
      ['DELETE', `${DEPLOYMENTS}/${segment}`],
      ['POST', `${DEPLOYMENTS}/${segment}/stop`],
    ] as const) {
      const { status, json } = await refused(method, path, {});
      expect([status, json]).toStrictEqual([422, mismatch('name', NAME, name)]);
    }
  });

  it.each(['/api/models/a/b/deployments', '/api/models//deployments', `${DEPLOYMENTS}/a/b/stop`])(
    'finds nothing at %s, where a slash or nothing stands for a name',
    async (path) => {
      const { status, json } = await refused('POST', path, { body: VALID_CREATE });
      expect([status, json]).toStrictEqual([404, error(404, 'There is nothing at this path')]);
    },
  );

  it('refuses a broken percent-encoding', async () => {
    const { status, json } = await refused('GET', '/api/models/%zz/deployments', {});
    expect([status, json]).toStrictEqual([400, error(400, expect.any(String) as unknown as string)]);
  });

  it('says which methods a path takes', async () => {
    const { status, json, headers } = await refused('PATCH', ROLES, { body: {} });
    expect([status, json, headers['allow']]).toStrictEqual([
      405,
      error(405, 'PATCH is not possible at this path'),
      'PUT',
    ]);
  });
});

describe('the query of the list', () => {
  it('is refused with all that is wrong with it', async () => {
    const query = 'status=gone&type=x&include_archived=perhaps&limit=0&offset=-1';
    const { status, json } = await refused('GET', `${DEPLOYMENTS}?${query}`, {});
    const expectedStatus = "'pending', 'deploying', 'active', 'failed', 'stopped' or 'archived'";
    const expectedType = "'batch' or 'online'";
    expect([status, json]).toStrictEqual([
      422,
      {
        detail: [
          {
            type: 'enum',
            loc: ['query', 'status'],
            msg: `Input should be ${expectedStatus}`,
            input: 'gone',
            ctx: { expected: expectedStatus },
          },
          {
            type: 'enum',
            loc: ['query', 'type'],
            msg: `Input should be ${expectedType}`,
            input: 'x',
            ctx: { expected: expectedType },
          },
          {
            type: 'bool_parsing',
            loc: ['query', 'include_archived'],
            msg: 'Input should be a valid boolean, unable to interpret input',
            input: 'perhaps',
          },
          {
            type: 'greater_than_equal',
            loc: ['query', 'limit'],
            msg: 'Input should be greater than or equal to 1',
            input: '0',
            ctx: { ge: 1 },
          },
          {
            type: 'greater_than_equal',
            loc: ['query', 'offset'],
            msg: 'Input should be greater than or equal to 0',
            input: '-1',
            ctx: { ge: 0 },
          },
        ],
      },
    ]);
  });

  it('has a limit of 1000 at most', async () => {
    const { json } = await refused('GET', `${DEPLOYMENTS}?limit=1001`, {});
    expect(json.detail).toMatchObject([{ type: 'less_than_equal', ctx: { le: 1000 }, input: '1001' }]);
  });
});

describe('a caller who is not known', () => {
  it('is told so before anything else is looked at', async () => {
    const { status, json, headers } = await refused('PUT', ROLES, {
      psk: undefined,
      rawBody: '{',
      headers: JSON_TYPE,
    });
    expect([status, json]).toStrictEqual([401, error(401, 'Not authenticated')]);
    expect(headers['www-authenticate']).toBe('Bearer realm="governance"');
    expect(headers['cache-control']).toBe('no-store');
  });

  it('is told no more than that the credential is not valid', async () => {
    const { status, json } = await refused('GET', `${DEPLOYMENTS}/unknown`, { psk: 'x'.repeat(40) });
    expect([status, json]).toStrictEqual([401, error(401, 'Invalid or expired credential')]);
  });

  it('sends one credential, not two', async () => {
    const { status, json } = await refused('GET', DEPLOYMENTS, { token: app.platformPsk });
    expect([status, json]).toStrictEqual([400, error(400, 'Send one credential, not two')]);
  });
});

describe('a credential inside a request', () => {
  it('is not shown in the refusal', async () => {
    const sent = { allowed_roles: [{ psk: app.platformPsk }] };
    const { text, json } = await refused('PUT', ROLES, { body: sent });
    expect(json.detail[0].input).toStrictEqual({ psk: '[redacted]' });
    expect(text).not.toContain(app.platformPsk);
  });

  it('is not shown when it stands in the path', async () => {
    const { json } = await refused('DELETE', `/api/admin/psks/${app.platformPsk}`, {});
    expect(json.detail[0]).toMatchObject({ type: 'uuid_parsing', input: '[redacted]' });
  });
});
