import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { givenDeployment } from '../support/governed.js';
import { ModelGroups, refusal } from '../support/model-groups.js';

let g: ModelGroups;
beforeAll(async () => {
  g = await ModelGroups.start();
});
afterAll(() => g.app.stop());

const versionOf = async (id: string): Promise<number> =>
  (await g.call('ada', 'GET', `/${id}`)).json.latest_version;

describe('the models of a group', () => {
  const IN_USE = refusal(
    409,
    'status_exception',
    'Cannot delete the model group when it has associated model versions',
  );
  beforeAll(async () => {
    await g.given('ana', { name: 'one', access_mode: 'public', model_group_id: 'one' });
    await g.given('ana', { name: 'two', access_mode: 'private', model_group_id: 'two' });
  });

  it('are counted: registered, again, moved, withdrawn', async () => {
    const { last_updated_time: born } = (await g.call('ana', 'GET', '/one')).json;
    await g.model('m-1', 'one');
    await g.model('m-2', 'one');
    expect(await versionOf('one')).toBe(2);
    await g.model('m-1', 'one');
    await g.native('PUT', 'artifacts/model/m-1', { name: 'other', modelGroupId: 'one' });
    expect(await versionOf('one')).toBe(2);
    await g.model('m-1', 'two');
    expect([await versionOf('one'), await versionOf('two')]).toStrictEqual([1, 1]);
    await g.model('m-2', null);
    await g.native('DELETE', 'artifacts/model/m-1');
    expect([await versionOf('one'), await versionOf('two')]).toStrictEqual([0, 0]);
    expect((await g.call('ana', 'GET', '/one')).json.last_updated_time).toBeGreaterThan(born);
  });

  it.each(['modelPackage', 'pipeline', 'secondaryDatasetsConfig'])(
    'are models only, not a %s',
    async (kind) => {
      await g.model('x-1', 'one', kind);
      expect(await versionOf('one')).toBe(0);
    },
  );

  it('keep their group from being deleted, after the right to do so', async () => {
    await g.model('m-3', 'two');
    const refused = await g.call('ana', 'DELETE', '/two');
    expect([refused.status, refused.json]).toStrictEqual([409, IN_USE]);
    expect((await g.call('ivo', 'DELETE', '/two')).status).toBe(403);
    expect((await g.call('platform', 'DELETE', '/two')).json).toStrictEqual(IN_USE);
    await g.native('DELETE', 'artifacts/model/m-3');
    expect((await g.call('ana', 'DELETE', '/two')).json.result).toBe('deleted');
  });

  it.each(['nothing', 'two', '_x', 'a b'])(
    'can be of no group %j that there is not',
    async (modelGroupId) => {
      const before = await g.app.store.head();
      const answer = await g.app.request('PUT', '/governance/v1/artifacts/model/m-4', {
        psk: g.app.platformPsk,
        body: { name: 'm-4', modelGroupId },
      });
      expect([answer.status, answer.json.errors]).toStrictEqual([
        422,
        [{ pointer: '/modelGroupId', detail: 'is not known' }],
      ]);
      expect(await g.app.store.head()).toBe(before);
    },
  );

  it('are never left in a group that was deleted at the same time', async () => {
    for (let n = 0; n < 10; n++) {
      const id = `race-${n}`;
      await g.given('ana', { name: id, model_group_id: id });
      const [put, deleted] = await Promise.all([
        g.app.request('PUT', `/governance/v1/artifacts/model/racer-${n}`, {
          psk: g.app.platformPsk,
          body: { name: 'racer', modelGroupId: id },
        }),
        g.call('ana', 'DELETE', `/${id}`),
      ]);
      expect([
        [201, 409],
        [422, 200],
      ]).toContainEqual([put.status, deleted.status]);
    }
  });
});

describe('a decision about a deployment', () => {
  const NX1 = ['nx1_engineer'];
  beforeAll(async () => {
    // Everybody here holds the deployments' role; what tells them apart is the group.
    for (const [who, backendRoles] of [
      ['ana', ['risk', 'audit']],
      ['rob', ['risk']],
      ['ivo', ['IT']],
    ] as const)
      await g.member(who, { realmRoles: ['ml_full_access', ...NX1], backendRoles });
    // Who calls a model needs none of the roles that open the calls of groups.
    await g.member('out', { realmRoles: NX1, backendRoles: ['risk'] });
    await g.member('ada', { realmRoles: ['all_access', ...NX1] });
    await g.member('gov', { realmRoles: ['governance-admin', ...NX1] });
    await g.given('ana', { name: 'fraud scoring', backend_roles: ['risk'], model_group_id: 'risk' });
    await g.given('ana', { name: 'of ana', access_mode: 'private', model_group_id: 'mine' });
    await g.given('ana', { name: 'for all', access_mode: 'public', model_group_id: 'open' });
    await g.given('platform', { name: 'of nobody', model_group_id: 'ownerless' });
    for (const group of ['risk', 'mine', 'open', 'ownerless']) {
      await g.model(`model-of-${group}`, group);
      await givenDeployment(g.app, 'prod', { model: `model-of-${group}`, roles: NX1 });
    }
    await givenDeployment(g.app, 'prod', { model: 'of-no-group', roles: NX1 });
    await givenDeployment(g.app, 'locked', { model: 'model-of-risk', roles: [] });
  });

  const decide = (who: string, model: string, action = 'invoke', deployment = 'prod') =>
    g.app.request('POST', '/api/authz/decisions', {
      psk: g.app.platformPsk,
      body: {
        subject: who === 'platform' ? { type: 'credential', value: g.pskOf(who) } : { type: 'user', id: who },
        action,
        resource: { model, deployment },
      },
    });
  const EXPLANATIONS = {
    risk: "The model belongs to the model group 'fraud scoring' (risk), whose access mode is restricted: the subject holds none of its backend roles.",
    mine: "The model belongs to the model group 'of ana' (mine), whose access mode is private: only its owner may use it.",
  } as const;

  it.each<[string, string, readonly string[]]>([
    ['ana', 'owner, shares a role', ['risk', 'mine', 'open', 'ownerless']],
    ['rob', 'shares a role', ['risk', 'open', 'ownerless']],
    ['out', 'shares a role', ['risk', 'open', 'ownerless']],
    ['ivo', 'shares none', ['open', 'ownerless']],
    ['ada', 'administrator', ['risk', 'mine', 'open', 'ownerless']],
    ['gov', 'governance administrator', ['risk', 'mine', 'open', 'ownerless']],
    ['platform', 'no user', ['risk', 'mine', 'open', 'ownerless']],
  ])('lets %s (%s) invoke and manage models of %j', async (who, _, allowed) => {
    for (const group of ['risk', 'mine', 'open', 'ownerless'])
      for (const action of ['invoke', 'manage']) {
        const { json } = await decide(who, `model-of-${group}`, action);
        if (allowed.includes(group)) {
          expect([group, action, json.decision]).toStrictEqual([group, action, true]);
          expect(json).not.toHaveProperty('explanation');
        } else
          expect([group, json]).toStrictEqual([
            group,
            {
              ...json,
              decision: false,
              reason: 'model_group_denied',
              matched_roles: [],
              cache_ttl_seconds: 0,
              explanation: EXPLANATIONS[group as keyof typeof EXPLANATIONS],
              model_group: {
                id: group,
                name: group === 'risk' ? 'fraud scoring' : 'of ana',
                access: group === 'risk' ? 'restricted' : 'private',
              },
            },
          ]);
      }
    expect((await decide(who, 'of-no-group')).json.decision).toBe(true);
  });

  it('gives the other reasons first', async () => {
    expect((await decide('ivo', 'model-of-risk', 'invoke', 'locked')).json.reason).toBe(
      'no_roles_configured',
    );
    expect((await decide('rea', 'model-of-risk')).json.reason).toBe('role_missing');
    expect((await decide('ivo', 'nothing')).json.reason).toBe('deployment_not_found');
  });

  it('is the same for proxies, in AuthZEN’s words, and in the log', async () => {
    const path = '/authz/check/api/models/model-of-risk/deployments/prod/run/predict';
    const denied = await g.app.request('GET', path, { psk: g.pskOf('ivo') });
    expect([denied.status, denied.headers['x-gov-reason']]).toStrictEqual([403, 'model_group_denied']);
    const id = denied.headers['x-gov-decision-id']!;
    const line = g.app.log
      .map((one) => JSON.parse(one) as Record<string, unknown>)
      .find((one) => one['decision_id'] === id);
    expect(line).toMatchObject({
      decision: 'deny',
      reason: 'model_group_denied',
      model_group_id: 'risk',
      model_group_access: 'restricted',
    });
    expect((await g.app.request('GET', path, { psk: g.pskOf('rob') })).status).toBe(200);

    const evaluation = await g.app.request('POST', '/access/v1/evaluation', {
      psk: g.app.platformPsk,
      body: {
        subject: { type: 'user', id: 'ivo' },
        action: { name: 'invoke' },
        resource: { type: 'deployment', properties: { model: 'model-of-risk', deployment: 'prod' } },
      },
    });
    expect([evaluation.json.decision, evaluation.json.context]).toMatchObject([
      false,
      {
        reason: 'model_group_denied',
        explanation: EXPLANATIONS.risk,
        model_group: { id: 'risk', name: 'fraud scoring', access: 'restricted' },
      },
    ]);
  });

  it('follows the group and the caller at once', async () => {
    expect((await decide('ivo', 'model-of-risk')).json.decision).toBe(false);
    await g.call('ana', 'PUT', '/risk', { access_mode: 'public' });
    expect((await decide('ivo', 'model-of-risk')).json.decision).toBe(true);
    await g.call('ana', 'PUT', '/risk', { backend_roles: ['risk'] });
    expect((await decide('ivo', 'model-of-risk')).json.decision).toBe(false);
    await g.member('ivo', { realmRoles: NX1, backendRoles: ['risk'] });
    expect((await decide('ivo', 'model-of-risk')).json.decision).toBe(true);
    await g.member('ivo', { realmRoles: NX1, backendRoles: ['IT'] });
    // The owner alone, without a shared role, is not enough.
    await g.member('ana', { realmRoles: NX1, backendRoles: ['IT'] });
    expect((await decide('ana', 'model-of-risk')).json.reason).toBe('model_group_denied');
    await g.member('ana', { realmRoles: ['ml_full_access', ...NX1], backendRoles: ['risk', 'audit'] });
  });

  it('goes by the name of a model as well, and by every group that it leads to', async () => {
    await givenDeployment(g.app, 'prod', { model: 'churn', roles: NX1 });
    expect((await decide('ivo', 'churn')).json.decision).toBe(true);
    await g.native('PUT', 'artifacts/model/churn-1', { name: 'churn', version: '1', modelGroupId: 'open' });
    expect((await decide('ivo', 'churn')).json.decision).toBe(true);
    await g.native('PUT', 'artifacts/model/churn-2', { name: 'churn', version: '2', modelGroupId: 'risk' });
    expect((await decide('ivo', 'churn')).json.model_group.id).toBe('risk');
    expect((await decide('rob', 'churn')).json.decision).toBe(true);
    await g.native('PUT', 'artifacts/model/churn-2', { name: 'churn', version: '2' });
    expect((await decide('ivo', 'churn')).json.decision).toBe(true);
  });

  it('goes by the model that the deployment was given, once it was given one', async () => {
    const deploymentId = await givenDeployment(g.app, 'replaced', {
      model: 'model-of-open',
      roles: NX1,
      owner: 'gov',
    });
    expect((await decide('ivo', 'model-of-open', 'invoke', 'replaced')).json.decision).toBe(true);
    const given = await g.app.request('PATCH', `/api/v2/deployments/${deploymentId}/model/`, {
      psk: g.pskOf('gov'),
      body: { modelId: 'model-of-risk', reason: 'other' },
    });
    expect(given.status).toBe(202);
    expect((await decide('ivo', 'model-of-open', 'invoke', 'replaced')).json.model_group.id).toBe('risk');
    await g.model('package-1', 'mine', 'modelPackage');
    await g.app.request('PATCH', `/api/v2/deployments/${deploymentId}/model/`, {
      psk: g.pskOf('gov'),
      body: { modelPackageId: 'package-1', reason: 'other' },
    });
    expect((await decide('rob', 'model-of-open', 'invoke', 'replaced')).json.model_group.id).toBe('mine');
  });

  it('keeps what was withdrawn in its group, also when the group is gone', async () => {
    await g.given('ana', { name: 'short-lived', backend_roles: ['risk'], model_group_id: 'short-lived' });
    await g.model('withdrawn', 'short-lived');
    await givenDeployment(g.app, 'prod', { model: 'withdrawn', roles: NX1 });
    await g.native('DELETE', 'artifacts/model/withdrawn');
    expect((await decide('rob', 'withdrawn')).json.decision).toBe(true);
    expect((await decide('ivo', 'withdrawn')).json.model_group.id).toBe('short-lived');
    await g.call('ana', 'DELETE', '/short-lived');
    expect((await decide('rob', 'withdrawn')).json).toMatchObject({
      decision: false,
      reason: 'model_group_denied',
      explanation: 'The model belongs to the model group short-lived, which does not exist any more.',
      model_group: { id: 'short-lived', name: null, access: null },
    });
    expect((await decide('ada', 'withdrawn')).json.decision).toBe(true);
    expect((await decide('platform', 'withdrawn')).json.decision).toBe(true);
    await g.model('withdrawn', null);
    expect((await decide('ivo', 'withdrawn')).json.decision).toBe(true);
  });

  it('is not opened by a member of a workspace who may attach and rename its models', async () => {
    await g.member('wes', { realmRoles: [] });
    const as = (method: string, path: string, body?: object) =>
      g.app.request(method, path, { psk: g.pskOf('wes'), ...(body && { body }) });
    const created = await as('POST', '/v1/api/workspaces/create', { workspace_name: 'of-wes' });
    if (created.status !== 200) throw new Error(created.text);
    const workspaceId = created.json.workspace_id as number;
    const put = (id: string, body: object) =>
      as('PUT', `/governance/v1/artifacts/model/${id}`, { workspaceId, ...body });
    const guarded = { name: 'guarded', modelGroupId: 'risk', workspaceId };
    await g.native('PUT', 'artifacts/model/g-1', guarded);
    await givenDeployment(g.app, 'prod', { model: 'guarded', roles: NX1 });
    const denied = async (): Promise<string> => (await decide('ivo', 'guarded')).json.model_group?.id;

    expect((await put('g-1', { name: 'guarded' })).status).toBe(403);
    expect((await put('g-1', { name: 'renamed', modelGroupId: 'risk' })).status).toBe(200);
    expect(await denied()).toBe('risk');
    expect((await put('g-2', { name: 'guarded' })).status).toBe(201);
    expect((await put('guarded', { name: 'anything' })).status).toBe(201);
    expect(await denied()).toBe('risk');
    await g.native('DELETE', 'artifacts/model/g-1');
    expect((await put('g-1', { name: 'guarded' })).status).toBe(403);
    expect(await denied()).toBe('risk');
    await g.model('g-1', null);
    expect(await denied()).toBeUndefined();
  });
});

describe('a decision while access control is off', () => {
  it('looks at no group', async () => {
    const off = await ModelGroups.start({ env: { MODEL_ACCESS_CONTROL_ENABLED: 'false' } });
    await off.member('ivo', { realmRoles: ['nx1_engineer'], backendRoles: [] });
    await off.given('ana', { name: 'n', model_group_id: 'n' });
    await off.model('m', 'n');
    await givenDeployment(off.app, 'prod', { model: 'm', roles: ['nx1_engineer'] });
    const path = '/authz/check/api/models/m/deployments/prod/run/predict';
    expect((await off.app.request('GET', path, { psk: off.pskOf('ivo') })).status).toBe(200);
    await off.app.stop();
  });
});
