import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Governance, policyBody } from '../support/governance-app.js';
import type { RequestOptions } from '../support/http-client.js';

let g: Governance;
let entityId: string;
let requestId: string;
let policyId: string;
beforeAll(async () => {
  g = await Governance.start();
  entityId = await g.deployment();
  policyId = await g.policy(policyBody({ review: { groups: [{ id: 'risk' }] } }));
  requestId = (await g.request(entityId, 'changeImportance', { importance: 'LOW' })).id as string;
});
afterAll(() => g.stop());

const JSON_HEADERS = { 'content-type': 'application/json' };

describe('paths', () => {
  it.each([
    'approvalPolicies',
    'approvalPolicyTriggers',
    'approvalPolicyMatch?entityType=deployment&action=update',
    'changeRequests?entityType=deployment',
    'deployments',
  ])('%s is served without the slash too, not redirected', async (path) => {
    const slashless = await g.call('admin', 'GET', path);
    const slashed = await g.call('admin', 'GET', path.includes('?') ? path.replace('?', '/?') : `${path}/`);
    expect([slashless.status, slashless.text]).toEqual([200, slashed.text]);
  });

  it('of one thing as well', async () => {
    for (const path of [
      `changeRequests/${requestId}`,
      `changeRequests/${requestId}/reviews`,
      `approvalPolicies/${policyId}`,
      `deployments/${entityId}`,
    ])
      expect([path, (await g.call('admin', 'GET', path)).status]).toEqual([path, 200]);
  });

  it('links have the slash, whichever form was asked for', async () => {
    const { next } = (await g.call('admin', 'GET', 'deployments?limit=1&offset=0')).json;
    expect(next === null || (next as string).includes('/api/v2/deployments/?')).toBe(true);
    const status = await g.setStatus(
      'owner',
      (await g.request(entityId, 'changeStatus', { status: 'inactive' })).id as string,
      'cancelled',
    );
    expect(status.headers['location']).toMatch(/\/$/);
  });

  it.each([
    ['GET', 'nothing/', 404],
    ['GET', 'changeRequests//', 404],
    ['DELETE', 'changeRequests/', 405],
    ['PUT', 'changeRequests/x', 405],
    ['GET', 'changeRequests/%zz', 400],
    ['GET', '', 404],
  ] as const)('%s /api/v2/%s: %i, in this shape', async (method, path, status) => {
    const answer = await g.call('owner', method, path);
    expect([answer.status, Object.keys(answer.json), answer.headers['content-type']]).toEqual([
      status,
      ['message'],
      'application/json; charset=utf-8',
    ]);
  });
});

it('links are absolute at the public address', async () => {
  const elsewhere = await Governance.start({ PUBLIC_URL: 'https://gov.example.com' });
  try {
    const id = await elsewhere.deployment();
    await elsewhere.deployment();
    const { next } = (await elsewhere.call('platform', 'GET', 'deployments?limit=1')).json;
    expect(next).toBe('https://gov.example.com/api/v2/deployments/?limit=1&offset=1');
    const answer = await elsewhere.call('owner', 'PATCH', `deployments/${id}/status/`, {
      status: 'inactive',
    });
    expect(answer.headers['location']).toMatch(/^https:\/\/gov\.example\.com\/api\/v2\/status\/.+\/$/);
  } finally {
    await elsewhere.stop();
  }
});

describe('bodies', () => {
  const post = (options: RequestOptions) => g.call('owner', 'POST', 'changeRequests/', undefined, options);

  it.each<[string, RequestOptions, number]>([
    ['none', {}, 422],
    ['malformed', { rawBody: '{"action": ', headers: JSON_HEADERS }, 400],
    ['not UTF-8', { rawBody: Buffer.from([0x22, 0xff, 0x22]), headers: JSON_HEADERS }, 400],
    ['too deep', { rawBody: '['.repeat(100) + ']'.repeat(100), headers: JSON_HEADERS }, 400],
    [
      'a form',
      { rawBody: 'action=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
    ],
    ['too large', { rawBody: 'x'.repeat(2_000_000), headers: JSON_HEADERS }, 413],
    ['a list', { rawBody: '[]', headers: JSON_HEADERS }, 422],
    ['a prototype', { rawBody: '{"__proto__": {"action": "delete"}}', headers: JSON_HEADERS }, 422],
    ['with a bad If-Match', { rawBody: '{}', headers: { ...JSON_HEADERS, 'if-match': '1' } }, 422],
  ])('%s: refused in this shape', async (_, options, status) => {
    const answer = await post(options);
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.json)).toEqual(status === 422 ? ['message', 'errors'] : ['message']);
  });

  it('all that is wrong is told at once, in a sentence about the first', async () => {
    const answer = await g.call('owner', 'POST', 'changeRequests/', { action: 'x', autoApply: 1 });
    expect(answer.json).toEqual({
      message: expect.stringMatching(/^action: must be one of approve, changeStatus, .*, replaceRoles$/),
      errors: {
        action: expect.stringMatching(/^must be one of /),
        autoApply: 'must be true or false, not a string',
        entityId: 'is required',
        entityType: 'is required',
      },
    });
  });
});

it('without a credential nothing is told', async () => {
  for (const [method, path] of [
    ['GET', `changeRequests/${requestId}/`],
    ['POST', 'changeRequests/'],
    ['PATCH', `deployments/${entityId}`],
    ['GET', 'status/x'],
  ] as const) {
    const answer = await g.app.request(method, `/api/v2/${path}`);
    expect([answer.status, Object.keys(answer.json)]).toEqual([401, ['message']]);
  }
});

it('the schedule says what happens next if nobody acts', async () => {
  const other = await g.deployment();
  const body = policyBody({
    name: 'timed',
    automaticAction: { action: 'cancel', period: 'P3D' },
    review: { groups: [{ id: 'risk' }, { id: 'empty' }], reminderPeriod: 'P1D' },
    trigger: { entityType: 'deploymentStatus', intendedAction: { action: 'update' } },
  });
  await g.under(body, async () => {
    const request = await g.request(other, 'changeStatus', { status: 'inactive' });
    const path = `/governance/v1/change-requests/${request.id}/schedule`;
    const after = (days: number) =>
      new Date(Date.parse(request.createdAt as string) + days * 86_400_000).toISOString();
    const expected = {
      changeRequestId: request.id,
      status: 'pending',
      items: [
        { kind: 'reminder', action: null, dueAt: after(1) },
        { kind: 'automaticAction', action: 'cancel', dueAt: after(3) },
      ],
      unsatisfiable: [{ groupId: 'empty', name: 'Nobody' }],
    };
    for (const who of ['owner', 'rita', 'admin', 'platform']) {
      const answer = await g.call(who, 'GET', path);
      expect([who, answer.status, answer.json]).toEqual([who, 200, expected]);
    }
    const hidden = await g.call('mallory', 'GET', path);
    expect([hidden.status, hidden.json.type]).toEqual([
      404,
      'urn:countersign:problem:change-request-not-found',
    ]);
    await g.setStatus('owner', request.id as string, 'cancelled');
    expect((await g.call('owner', 'GET', path)).json).toMatchObject({ items: [], unsatisfiable: [] });
  });
  expect((await g.call('platform', 'GET', '/governance/v1/change-requests/x/schedule')).status).toBe(404);
});

it('the governed state tells the open requests, now and then', async () => {
  const other = await g.deployment();
  const state = async (asOf = '') =>
    (await g.native('GET', `deployments/${other}${asOf && `?asOf=${asOf}`}`)).json
      .openChangeRequests as string[];
  const positions: string[] = [];
  const mark = async () => positions.push(String(await g.app.store.head()));
  await mark();
  const first = (await g.request(other, 'replaceRoles', { allowedRoles: ['a'] })).id as string;
  await mark();
  const second = (await g.request(other, 'changeStatus', { status: 'inactive' })).id as string;
  await mark();
  await g.setStatus('owner', first, 'cancelled');
  await mark();
  expect(await state()).toEqual([second]);
  const then = await Promise.all(positions.map((position) => state(position)));
  expect(then).toEqual([[], [first], [first, second], [second]]);
});

describe('whatever is sent', () => {
  const VALUES = [
    null,
    true,
    0,
    -1,
    1e308,
    '',
    ' ',
    'HIGH',
    'P1D',
    '\u0000',
    '\ud800',
    '__proto__',
    [],
    {},
    'x'.repeat(600),
  ];
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.constantFrom<unknown>(...VALUES),
      fc.string({ unit: 'binary' }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('id', 'constructor', 'action')), tie('value'), {
        maxKeys: 3,
      }),
    ),
  })).value;
  /** A valid body in which some fields are anything, or gone, at two levels. */
  const nearly = (valid: Record<string, unknown>): fc.Arbitrary<unknown> =>
    fc
      .record(
        Object.fromEntries(
          Object.entries(valid).map(([key, value]) => [
            key,
            typeof value === 'object' && value !== null && !Array.isArray(value)
              ? fc.oneof(anything, nearly(value as Record<string, unknown>))
              : fc.oneof(fc.constant(value), anything),
          ]),
        ),
        { requiredKeys: [] },
      )
      .map((changes) => ({ ...valid, ...changes }));
  const ids = (known: string) =>
    fc.oneof(
      { weight: 4, arbitrary: fc.constant(known) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map(encodable) },
    );
  const encodable = (text: string): string => encodeURIComponent(text);

  const POLICY = {
    active: true,
    name: 'random',
    automaticAction: { action: 'cancel', period: 'P1D' },
    review: { groups: [{ id: 'risk' }], reminderPeriod: 'P1D' },
    trigger: {
      entityType: 'deploymentModel',
      filterGroups: [{ id: 'legal' }],
      intendedAction: {
        action: 'update',
        condition: { condition: 'equals', fieldName: 'importance', values: ['LOW'] },
      },
      labels: { groupLabel: 'a', label: 'b' },
    },
  };
  const REQUEST = {
    entityType: 'deployment',
    action: 'changeStatus',
    autoApply: false,
    comment: 'c',
    change: { status: 'inactive' },
  };

  const ENDPOINTS: readonly [
    string,
    (id: string) => string,
    Record<string, unknown>,
    'policy' | 'request' | 'entity',
  ][] = [
    ['POST', () => 'approvalPolicies/', POLICY, 'policy'],
    ['PUT', (id) => `approvalPolicies/${id}/`, POLICY, 'policy'],
    ['POST', () => 'changeRequests/', REQUEST, 'entity'],
    [
      'PATCH',
      (id) => `changeRequests/${id}/`,
      { change: { importance: 'HIGH' }, autoApply: false, comment: 'c' },
      'request',
    ],
    ['PATCH', (id) => `changeRequests/${id}/status/`, { status: 'resolving' }, 'request'],
    [
      'POST',
      (id) => `changeRequests/${id}/reviews/`,
      { changeVersionId: 'x', status: 'commented', comment: 'c' },
      'request',
    ],
    ['PATCH', (id) => `deployments/${id}/`, { label: 'l', description: 'd', importance: 'HIGH' }, 'entity'],
    ['PATCH', (id) => `deployments/${id}/status/`, { status: 'inactive' }, 'entity'],
    ['PATCH', (id) => `deployments/${id}/model/`, { modelId: 'm', reason: 'other' }, 'entity'],
    [
      'PATCH',
      (id) => `deployments/${id}/model/secondaryDatasetConfiguration/`,
      { secondaryDatasetsConfigId: 'c' },
      'entity',
    ],
    [
      'POST',
      (id) => `deployments/${id}/monitoringDataDeletions/`,
      { dataType: 'monitoring', start: null, end: null, modelId: null },
      'entity',
    ],
    [
      'DELETE',
      (id) => `deployments/${id}/`,
      { defaultDeploymentId: 'x', ignoreManagementAgent: 'maybe' },
      'entity',
    ],
  ];

  it.each(ENDPOINTS.map(([method, path, valid, kind]) => [method, path('{id}'), path, valid, kind] as const))(
    '%s %s has no failure of its own, and refuses without a trace',
    async (method, _, path, valid, kind) => {
      const known = { policy: policyId, request: requestId, entity: entityId }[kind];
      const body = kind === 'entity' && method === 'POST' ? { ...valid, entityId } : valid;
      await fc.assert(
        fc.asyncProperty(ids(known), fc.oneof(nearly(body), anything), async (id, sent) => {
          const before = await g.app.store.head();
          const answer = await g.call('platform', method, path(id), undefined, {
            rawBody: JSON.stringify(sent) ?? '',
            headers: JSON_HEADERS,
          });
          expect(answer.status).toBeLessThan(500);
          if (answer.status < 400) return;
          expect(typeof answer.json.message).toBe('string');
          // What earlier requests set going may still be under way.
          for await (const { metadata } of g.app.store.readAll({ after: before }))
            expect(metadata.causationId).not.toBe(answer.headers['x-request-id']);
        }),
        { numRuns: 40 },
      );
    },
  );

  it.each([
    'changeRequests/',
    'approvalPolicies/',
    'deployments/',
    'approvalPolicyMatch/',
    'changeRequests/{id}/reviews/',
    'approvalPolicies/{policy}/shareableChangeRequests/',
  ])('GET %s takes any query', async (path) => {
    const target = path.replace('{id}', requestId).replace('{policy}', policyId);
    const names = [
      'entityType',
      'entityId',
      'status',
      'orderBy',
      'limit',
      'offset',
      'namePart',
      'search',
      'fieldName',
      'myRequests',
      '__proto__',
      'x[]',
    ];
    const parameter = fc.tuple(
      fc.constantFrom(...names),
      fc.oneof(
        fc.constantFrom('deployment', 'true', '5', 'pending', 'a,b', '%00', '%'),
        fc.string({ unit: 'binary', maxLength: 30 }).map(encodable),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(parameter, { maxLength: 5 }), async (parameters) => {
        const query = parameters.map(([name, value]) => `${name}=${value}`).join('&');
        const answer = await g.call('platform', 'GET', `${target}?entityType=deployment&${query}`);
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 30 },
    );
  });
});
