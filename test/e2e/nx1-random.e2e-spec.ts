import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Answer, RequestOptions } from '../support/http-client.js';
import { ADMIN, Nx1People } from '../support/nx1-people.js';
import { VALID_CREATE } from '../support/nx1-refused-bodies.js';
import { deviationsFrom } from '../support/nx1-schema.js';
import type { Credential } from '../support/nx1-client.js';

let people: Nx1People;
let admin: Credential;
beforeAll(async () => {
  people = await Nx1People.start();
  admin = await people.token(ADMIN);
  await people.psk(ADMIN);
  expect((await people.platform.create()).status).toBe(201);
});
afterAll(() => people.stop());

/** Percent-encoded bytes: names of every kind, and what is no UTF-8. */
const anySegment = fc.oneof(
  fc.constantFrom('churn', 'prod', '..', '%2e%2e', 'a%2fb', '%00', '%', '%zz', '~', ';a=b', '*', "'", '%22'),
  fc
    .uint8Array({ minLength: 1, maxLength: 80 })
    .map((bytes) => [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')),
);
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  ...Object.keys(VALID_CREATE),
];
const anyKey = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...KEYS));
const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.constantFrom(
      null,
      true,
      false,
      '',
      ' ',
      'a',
      0,
      -0,
      -1,
      1e308,
      1.5,
      2 ** 53,
      'yes',
      '12',
      '\ud800',
      '\0',
    ),
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(anyKey, tie('value'), { maxKeys: 6 }),
  ),
})).value;

const text = (value: unknown): string => JSON.stringify(value) ?? '';
/** A valid body in which some fields are anything, or gone. */
const nearly = (valid: object): fc.Arbitrary<string> =>
  fc
    .record(Object.fromEntries(Object.keys(valid).map((key) => [key, anyValue])), { requiredKeys: [] })
    .map((changes) => text({ ...valid, ...changes }));

const anyBody = (valid: object): fc.Arbitrary<string | Uint8Array> =>
  fc.oneof(
    { weight: 5, arbitrary: nearly(valid) },
    { weight: 2, arbitrary: anyValue.map(text) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    {
      weight: 1,
      arbitrary: fc.tuple(nearly(valid), fc.nat()).map(([body, at]) => body.slice(0, at % (body.length + 1))),
    },
  );

const anyHeaders = fc.record({
  'content-type': fc.oneof(
    { weight: 8, arbitrary: fc.constant('application/json') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'text/plain',
        'application/json;charset=utf-16',
        'multipart/form-data; boundary=x',
      ),
    },
  ),
});

const declaredShape = ({ status, text: sent, json, headers }: Answer, success: string): void => {
  expect(status).toBeLessThan(500);
  if (status === 204) {
    expect(sent).toBe('');
    return;
  }
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
  if (status < 300) {
    if (success === 'DeploymentResponse' || success === 'DeploymentRunSummary')
      expect(deviationsFrom(success, json)).toStrictEqual([]);
    return;
  }
  const shape = 'detail' in json ? 'HTTPValidationError' : 'ErrorResponse';
  expect(deviationsFrom(shape, json)).toStrictEqual([]);
  if (shape === 'ErrorResponse') expect(json.code).toBe(status);
  else {
    expect(status).toBe(422);
    for (const error of json.detail) expect(deviationsFrom('ValidationError', error)).toStrictEqual([]);
  }
};

/** Sends it, and holds the answer and the log to the contract. */
const check = async (
  method: string,
  path: string,
  options: RequestOptions,
  success: string,
): Promise<void> => {
  const head = await people.app.store.head();
  const answer = await people.app.request(method, path, options);
  declaredShape(answer, success);
  if (answer.status >= 300) expect(await people.app.store.head()).toBe(head);
};

const DEPLOYMENT = '/api/models/{}/deployments';
const ENDPOINTS = [
  ['POST', DEPLOYMENT, VALID_CREATE, 'DeploymentResponse'],
  ['PUT', `${DEPLOYMENT}/{}/allowed_roles`, { allowed_roles: ['a'] }, 'DeploymentResponse'],
  [
    'POST',
    `${DEPLOYMENT}/{}/runs`,
    { airflow_run_id: 'r', status: 'running', rows_scored: 1, error_message: null },
    'DeploymentRunSummary',
  ],
  ['POST', `${DEPLOYMENT}/{}/stop`, {}, 'DeploymentResponse'],
  ['POST', `${DEPLOYMENT}/{}/start`, {}, 'DeploymentResponse'],
  ['DELETE', `${DEPLOYMENT}/{}`, {}, 'nothing'],
  ['POST', '/api/user/psk', { description: 'd', valid_until: null }, 'key'],
  ['POST', '/api/user/psk/regenerate', { description: 'd', valid_until: null, overlap_seconds: 0 }, 'key'],
  ['DELETE', '/api/user/psk', {}, 'nothing'],
  ['DELETE', '/api/admin/psks/{}', {}, 'nothing'],
] as const;

const RUNS = { numRuns: 60 } as const;

describe('whatever is sent', () => {
  it.each(ENDPOINTS)(
    '%s %s answers in a declared shape, and refuses without a trace',
    async (...endpoint) => {
      const [method, template, valid, success] = endpoint;
      const credential = template.startsWith('/api/user') ? admin : { psk: people.app.platformPsk };
      const names = fc.tuple(
        fc.oneof({ weight: 3, arbitrary: fc.constant('churn') }, { weight: 1, arbitrary: anySegment }),
        fc.oneof({ weight: 3, arbitrary: fc.constant('prod') }, { weight: 1, arbitrary: anySegment }),
      );
      await fc.assert(
        fc.asyncProperty(names, anyBody(valid), anyHeaders, async ([model, name], rawBody, headers) => {
          const segments = [model, name];
          const target = template.replaceAll('{}', () => segments.shift() ?? '');
          await check(method, target, { ...credential, rawBody, headers }, success);
        }),
        RUNS,
      );
    },
  );

  it('the list answers any query in a declared shape', async () => {
    const parameter = fc.tuple(
      fc.constantFrom('status', 'type', 'include_archived', 'limit', 'offset', '__proto__', 'x[]'),
      fc.oneof(anySegment, fc.constantFrom('active', '1', '0', '1001', 'true', '', '1e3', '-1')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(parameter, { maxLength: 5 }), async (parameters) => {
        const query = parameters.map(([name, value]) => `${name}=${value}`).join('&');
        const psk = people.app.platformPsk;
        await check('GET', `/api/models/churn/deployments?${query}`, { psk }, 'list');
      }),
      RUNS,
    );
  });
});
