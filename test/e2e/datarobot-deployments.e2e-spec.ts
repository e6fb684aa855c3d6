import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Governance, policyBody, trigger } from '../support/governance-app.js';

let g: Governance;
beforeAll(async () => {
  g = await Governance.start();
  for (const [kind, id, name] of [
    ['model', 'm-1', 'Churn GBM'],
    ['modelPackage', 'p-1', 'Churn package'],
    ['secondaryDatasetsConfig', 'c-1', 'Customers'],
  ] as const)
    await g.native('PUT', `artifacts/${kind}/${id}`, { name });
  await g.person('holder', { roles: ['engineer'] });
  await g.person('governor', { roles: ['governance-admin'] });
});
afterAll(() => g.stop());

const NOWHERE = '00000000-0000-4000-8000-000000000000';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const show = async (id: string, who = 'owner') => (await g.call(who, 'GET', `deployments/${id}/`)).json;

describe('a deployment', () => {
  it('is shown with how it is governed', async () => {
    const id = await g.deployment();
    const shown = await g.call('owner', 'GET', `deployments/${id}/`);
    expect([shown.status, shown.headers['etag']]).toEqual([200, '"1"']);
    expect(shown.json).toEqual({
      id,
      label: expect.stringMatching(/^d-/),
      description: null,
      status: 'active',
      importance: 'MODERATE',
      approvalStatus: 'APPROVED',
      model: null,
      modelPackage: null,
      secondaryDatasetsConfigId: null,
      createdAt: expect.stringMatching(TIME),
      governance: { approvalStatus: 'APPROVED', hasOpenedChangeRequests: false },
      openedChangeRequests: [],
    });
    const request = await g.request(id, 'changeImportance', { importance: 'LOW' });
    expect(await show(id)).toEqual({
      ...shown.json,
      governance: { approvalStatus: 'APPROVED', hasOpenedChangeRequests: true },
      openedChangeRequests: [request.id],
    });
  });

  it('is given another label, description and importance', async () => {
    const id = await g.deployment();
    const patched = await g.call('owner', 'PATCH', `deployments/${id}/`, {
      label: 'Churn, production',
      description: 'For campaigns',
      importance: 'HIGH',
    });
    expect([patched.status, patched.text, patched.headers['x-event-position']]).toEqual([
      204,
      '',
      expect.stringMatching(/^\d+$/),
    ]);
    const after = { label: 'Churn, production', description: 'For campaigns', importance: 'HIGH' };
    expect(await show(id)).toMatchObject(after);
    expect((await g.native('GET', `deployments/${id}`)).json).toMatchObject({
      label: 'Churn, production',
      importance: 'HIGH',
    });
    await g.call('owner', 'PATCH', `deployments/${id}/`, { description: null });
    expect(await show(id)).toMatchObject({ description: null });
  });

  it.each<[string, string, object, object]>([
    ['PATCH', 'status/', { status: 'inactive' }, { status: 'inactive' }],
    [
      'PATCH',
      'model/',
      { modelId: 'm-1', reason: 'accuracy' },
      { model: { id: 'm-1', name: 'Churn GBM' }, modelPackage: null },
    ],
    [
      'PATCH',
      'model/',
      { modelPackageId: 'p-1', reason: 'errors' },
      { model: null, modelPackage: { id: 'p-1', name: 'Churn package' } },
    ],
    [
      'PATCH',
      'model/secondaryDatasetConfiguration/',
      { secondaryDatasetsConfigId: 'c-1' },
      { secondaryDatasetsConfigId: 'c-1' },
    ],
    ['POST', 'monitoringDataDeletions/', { dataType: 'monitoring' }, {}],
  ])('%s %s %j is accepted, and leads back to it', async (method, path, body, after) => {
    const id = await g.deployment();
    const answer = await g.call('owner', method, `deployments/${id}/${path}`, body);
    expect([answer.status, answer.text]).toEqual([202, '']);
    expect(answer.headers['x-event-position']).toMatch(/^\d+$/);
    const location = new URL(answer.headers['location'] ?? '');
    expect(location.href.startsWith(`${g.app.url}/api/v2/status/`)).toBe(true);
    const done = await g.call('owner', 'GET', location.pathname);
    expect([done.status, done.headers['location']]).toEqual([303, `${g.app.url}/api/v2/deployments/${id}/`]);
    expect((await g.call('mallory', 'GET', location.pathname)).status).toBe(404);
    expect(await show(id)).toMatchObject(after);
  });

  it('is started again', async () => {
    const id = await g.deployment();
    for (const status of ['inactive', 'active']) {
      expect((await g.call('owner', 'PATCH', `deployments/${id}/status`, { status })).status).toBe(202);
      expect(await show(id)).toMatchObject({ status });
    }
  });

  it.each<[string, unknown]>([
    ['', undefined],
    ['?ignoreManagementAgent=True', undefined],
    ['', {}],
    ['', { ignoreManagementAgent: true }],
  ])('is deleted (%s, %j), and gone', async (query, body) => {
    const id = await g.deployment();
    const deleted = await g.call('owner', 'DELETE', `deployments/${id}/${query}`, body);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    expect((await g.call('owner', 'GET', `deployments/${id}/`)).status).toBe(404);
    expect((await g.call('owner', 'DELETE', `deployments/${id}/`)).status).toBe(404);
  });

  it('says where its traffic goes, in the query or, which wins, in the body', async () => {
    const [id, other] = [await g.deployment(), await g.deployment()];
    const path = `deployments/${id}/?defaultDeploymentId=${NOWHERE}`;
    const refused = await g.call('owner', 'DELETE', path);
    expect([refused.status, Object.keys(refused.json.errors)]).toEqual([422, ['defaultDeploymentId']]);
    expect((await g.call('owner', 'DELETE', path, { defaultDeploymentId: other })).status).toBe(204);
  });
});

/** Every call that changes a deployment, with a body that fits and would change something. */
const CHANGES: readonly [string, string, object, string][] = [
  ['PATCH', '', { importance: 'LOW' }, 'deployment update'],
  ['PATCH', 'status/', { status: 'inactive' }, 'deploymentStatus update'],
  ['PATCH', 'model/', { modelId: 'm-1', reason: 'other' }, 'deploymentModel update'],
  ['PATCH', 'model/', { modelPackageId: 'p-1', reason: 'other' }, 'deploymentModel update'],
  [
    'PATCH',
    'model/secondaryDatasetConfiguration/',
    { secondaryDatasetsConfigId: 'c-1' },
    'deploymentConfig update',
  ],
  ['POST', 'monitoringDataDeletions/', { dataType: 'monitoring' }, 'deploymentMonitoringData delete'],
  ['DELETE', '', {}, 'deployment delete'],
];

describe('who may change a deployment', () => {
  it.each(CHANGES)('%s deployments/{id}/%s', async (method, path, body) => {
    const id = await g.deployment({ roles: ['engineer'] });
    const call = (who: string, entityId: string, sent: unknown) =>
      g.call(who, method, `deployments/${entityId}/${path}`, sent);
    // What is not there, or not to be seen, comes before what does not fit; that before what one may not do.
    expect((await call('owner', NOWHERE, [])).status).toBe(404);
    expect((await call('owner', 'x', body)).status).toBe(404);
    expect((await call('mallory', id, [])).status).toBe(404);
    expect((await call('admin', id, [])).status).toBe(422);
    expect((await call('admin', id, body)).status).toBe(403);
    expect((await call('holder', id, body)).status).toBeLessThan(300);
    const second = await g.deployment({ roles: ['engineer'] });
    expect((await call('governor', second, body)).status).toBeLessThan(300);
  });

  it.each(CHANGES)(
    'under a policy %s deployments/{id}/%s is refused, naming it',
    async (method, path, body, watched) => {
      const id = await g.deployment();
      const [entityType = '', action = ''] = watched.split(' ');
      await g.under(policyBody({ trigger: trigger(entityType, action) }), async (policyId) => {
        const before = await g.app.store.head();
        const answer = await g.call('owner', method, `deployments/${id}/${path}`, body);
        expect(answer.status).toBe(409);
        expect(answer.json).toEqual({ message: expect.stringContaining(policyId), policyId });
        expect(await g.app.store.head()).toBe(before);
      });
      // Not any more without it.
      expect((await g.call('owner', method, `deployments/${id}/${path}`, body)).status).toBeLessThan(300);
    },
  );

  it('reviewers of an open request see it, but may not change it', async () => {
    const id = await g.deployment();
    await g.under(policyBody({ review: { groups: [{ id: 'risk' }] } }), async () => {
      const listed = async () =>
        ((await g.call('rita', 'GET', 'deployments/?limit=1000')).json.data as { id: string }[]).some(
          (deployment) => deployment.id === id,
        );
      expect((await g.call('rita', 'GET', `deployments/${id}/`)).status).toBe(404);
      expect(await listed()).toBe(false);
      await g.request(id, 'changeImportance', { importance: 'LOW' });
      expect((await g.call('rita', 'GET', `deployments/${id}/`)).status).toBe(200);
      expect(await listed()).toBe(true);
      expect((await g.call('rita', 'PATCH', `deployments/${id}/`, { label: 'x' })).status).toBe(403);
    });
  });

  it('a label needs nobody to agree', async () => {
    const id = await g.deployment();
    await g.under(policyBody(), async () => {
      expect((await g.call('owner', 'PATCH', `deployments/${id}/`, { label: 'Mine' })).status).toBe(204);
      expect(
        (await g.call('owner', 'PATCH', `deployments/${id}/`, { label: 'x', importance: 'LOW' })).status,
      ).toBe(409);
    });
  });
});

describe('the other ways to the same change', () => {
  const named = async (id: string): Promise<string> => {
    const { model, name } = (await g.native('GET', `deployments/${id}`)).json;
    return `/api/models/${model}/deployments/${name}`;
  };

  it.each<[string, string, object | undefined, string]>([
    ['PUT', '/allowed_roles', { allowed_roles: ['a'] }, 'deploymentConfig update'],
    ['POST', '/stop', undefined, 'deploymentStatus update'],
    ['DELETE', '', undefined, 'deployment delete'],
  ])('%s …%s is gated too', async (method, path, body, watched) => {
    const url = `${await named(await g.deployment())}${path}`;
    const [entityType = '', action = ''] = watched.split(' ');
    await g.under(policyBody({ trigger: trigger(entityType, action) }), async (policyId) => {
      const answer = await g.call('platform', method, url, body);
      expect([answer.status, answer.json.error]).toEqual([409, expect.stringContaining(policyId)]);
    });
    expect((await g.call('platform', method, url, body)).status).toBeLessThan(300);
  });

  it('a start is gated like a stop', async () => {
    const url = await named(await g.deployment());
    await g.call('platform', 'POST', `${url}/stop`);
    await g.under(policyBody({ trigger: trigger('deploymentStatus', 'update') }), async () => {
      expect((await g.call('platform', 'POST', `${url}/start`)).status).toBe(409);
    });
  });

  it('a role change is requested, agreed to and applied', async () => {
    const id = await g.deployment();
    const review = { groups: [{ id: 'risk' }, { id: 'legal' }] };
    await g.under(policyBody({ review, trigger: trigger('deploymentConfig', 'update') }), async () => {
      const request = await g.request(id, 'replaceRoles', { allowedRoles: ['nx1_ask'] }, { autoApply: true });
      await g.review('rita', request, 'approved');
      await g.review('lea', request, 'approved');
      await g.resolved(request.id as string);
      expect((await g.native('GET', `deployments/${id}`)).json).toMatchObject({ allowedRoles: ['nx1_ask'] });
    });
  });
});

describe('what does not fit', () => {
  it.each<[string, string, unknown, readonly string[]]>([
    ['PATCH', '', {}, ['body']],
    ['PATCH', '', { colour: 'red' }, ['body']],
    ['PATCH', '', { label: '' }, ['label']],
    ['PATCH', '', { label: 'x'.repeat(513) }, ['label']],
    ['PATCH', '', { label: null }, ['label']],
    ['PATCH', '', { importance: 'High' }, ['importance']],
    ['PATCH', 'status/', {}, ['status']],
    ['PATCH', 'status/', { status: 'Active' }, ['status']],
    ['PATCH', 'model/', { modelId: 'm-1' }, ['reason']],
    ['PATCH', 'model/', { reason: 'other' }, ['modelId']],
    ['PATCH', 'model/', { modelId: 'm-1', modelPackageId: 'p-1', reason: 'other' }, ['modelId']],
    ['PATCH', 'model/', { modelId: 'm-1', reason: 'DATA_DRIFT' }, ['reason']],
    ['PATCH', 'model/', { modelId: 'nothing', reason: 'other' }, ['modelId']],
    ['PATCH', 'model/secondaryDatasetConfiguration/', {}, ['secondaryDatasetsConfigId']],
    [
      'PATCH',
      'model/secondaryDatasetConfiguration/',
      { secondaryDatasetsConfigId: 'm-1' },
      ['secondaryDatasetsConfigId'],
    ],
    ['POST', 'monitoringDataDeletions/', {}, ['dataType']],
    ['POST', 'monitoringDataDeletions/', { dataType: 'all' }, ['dataType']],
    [
      'POST',
      'monitoringDataDeletions/',
      { dataType: 'monitoring', start: '2026-01-02T00:00:00Z', end: '2026-01-01T00:00:00Z' },
      ['start'],
    ],
    ['POST', 'monitoringDataDeletions/', { dataType: 'monitoring', modelId: 'nothing' }, ['modelId']],
    ['DELETE', '', { ignoreManagementAgent: 'yes' }, ['ignoreManagementAgent']],
    ['DELETE', '?ignoreManagementAgent=TRUE', {}, ['ignoreManagementAgent']],
    ['DELETE', '', { defaultDeploymentId: null }, ['defaultDeploymentId']],
  ])('%s deployments/{id}/%s %j: 422 at %j', async (method, path, body, fields) => {
    const id = await g.deployment();
    const before = await g.app.store.head();
    const answer = await g.call('owner', method, `deployments/${id}/${path}`, body);
    expect([answer.status, Object.keys(answer.json.errors ?? {})]).toEqual([422, fields]);
    expect(await g.app.store.head()).toBe(before);
  });

  it.each<[string, object]>([
    ['', { importance: 'MODERATE' }],
    ['status/', { status: 'active' }],
  ])('PATCH deployments/{id}/%s %j changes nothing: 409', async (path, body) => {
    const id = await g.deployment();
    const answer = await g.call('owner', 'PATCH', `deployments/${id}/${path}`, body);
    expect([answer.status, Object.keys(answer.json)]).toEqual([409, ['message']]);
  });

  it.each(['x', 'request.x', `request.${NOWHERE}.1`, `deployment.${NOWHERE}`, '%00'])(
    'there is no status %s',
    async (statusId) => {
      expect((await g.call('owner', 'GET', `status/${statusId}/`)).status).toBe(404);
    },
  );
});

describe('the list of deployments', () => {
  const ids: string[] = [];
  beforeAll(async () => {
    await g.person('lister');
    for (const importance of ['LOW', 'CRITICAL', 'MODERATE']) {
      g.clock.advance(10);
      ids.push(await g.deployment({ owner: 'lister', importance }));
    }
    for (const [index, label] of ['beta', 'Alpha_%', 'gamma'].entries())
      await g.call('lister', 'PATCH', `deployments/${ids[index]}/`, { label });
    await g.call('lister', 'PATCH', `deployments/${ids[2]}/status/`, { status: 'inactive' });
    const gone = await g.deployment({ owner: 'lister' });
    await g.call('lister', 'DELETE', `deployments/${gone}/`);
  });
  const list = (query: string, who = 'lister') => g.call(who, 'GET', `deployments/?${query}`);

  it.each([
    ['', [2, 1, 0]],
    ['orderBy=createdAt', [0, 1, 2]],
    ['orderBy=label', [1, 0, 2]],
    ['orderBy=-label', [2, 0, 1]],
    ['orderBy=-importance', [1, 2, 0]],
    ['orderBy=importance', [0, 2, 1]],
    ['status=active', [1, 0]],
    ['status=inactive', [2]],
    ['importance=CRITICAL', [1]],
    ['search=ALPHA', [1]],
    ['search=_%25', [1]],
    ['search=a&status=active&orderBy=label', [1, 0]],
    ['limit=1&offset=1', [1]],
    ['offset=5', []],
  ] as const)('?%s', async (query, expected) => {
    const { data } = (await list(query)).json;
    expect(data.map(({ id }: { id: string }) => ids.indexOf(id))).toEqual(expected);
  });

  it('shows each as it is shown alone, in pages', async () => {
    const first = (await list('limit=1')).json;
    expect(first).toMatchObject({
      count: 1,
      next: `${g.app.url}/api/v2/deployments/?limit=1&offset=1`,
      previous: null,
      totalCount: 3,
    });
    expect(first.data[0]).toEqual(await show(ids[2] as string, 'lister'));
    expect((await list('', 'mallory')).json).toMatchObject({ data: [], totalCount: 0 });
  });

  it.each(['status=Active', 'importance=low', 'orderBy=id', 'limit=0', 'search=a&search=b'])(
    '?%s: 422',
    async (query) => {
      expect((await list(query)).status).toBe(422);
    },
  );
});
