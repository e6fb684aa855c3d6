import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ModelGroups, refusal } from '../support/model-groups.js';

const NO_READ = refusal(
  403,
  'status_exception',
  "User doesn't have privilege to perform this operation on this model group",
);
const NO_DELETE = refusal(
  403,
  'security_exception',
  "User doesn't have privilege to delete this model group",
);

/** What somebody may do with a group: get, find it, change its texts, change its access, delete it. */
type Rights = 'all' | 'all but its access' | 'nothing' | 'get and delete';

const GROUPS = ['public', 'private', 'restricted', 'ownerless'] as const;
type Group = (typeof GROUPS)[number];

describe('who may do what with a group, while access control is on', () => {
  let g: ModelGroups;
  let count = 0;
  beforeAll(async () => {
    g = await ModelGroups.start();
    await g.member('own', { backendRoles: ['risk'] });
    await g.member('ex', { backendRoles: ['risk'] });
  });
  afterAll(() => g.app.stop());

  const make: Readonly<Record<Group, (owner: string) => Promise<string>>> = {
    public: (owner) => g.given(owner, { name: `g ${++count}`, access_mode: 'public' }),
    private: (owner) => g.given(owner, { name: `g ${++count}`, access_mode: 'private' }),
    restricted: (owner) => g.given(owner, { name: `g ${++count}`, backend_roles: ['risk'] }),
    // By the platform, which is nobody.
    ownerless: () => g.given('platform', { name: `g ${++count}` }),
  };

  const rightsOn = async (who: string, id: string) => {
    const got = await g.call(who, 'GET', `/${id}`);
    const found = await g.found(who, { query: { ids: { values: [id] } } });
    const texts = await g.call(who, 'PUT', `/${id}`, { description: 'by anybody' });
    // Which mode it is stays as it is, so that nothing else changes.
    const access = await g.call(who, 'PUT', `/${id}`, { access_mode: 'public' });
    const deleted = await g.call(who, 'DELETE', `/${id}`);
    if (got.status !== 200) expect([got.status, got.json]).toStrictEqual([403, NO_READ]);
    if (texts.status !== 200) expect(texts.status).toBe(400);
    if (access.status !== 200) expect(access.status).toBe(400);
    if (deleted.status !== 200) expect([deleted.status, deleted.json]).toStrictEqual([403, NO_DELETE]);
    return [
      got.status === 200,
      found.length === 1,
      texts.status === 200,
      access.status === 200,
      deleted.status === 200,
    ];
  };

  const RIGHTS: Readonly<Record<Rights, readonly boolean[]>> = {
    all: [true, true, true, true, true],
    'all but its access': [true, true, true, false, true],
    nothing: [false, false, false, false, false],
    'get and delete': [true, false, false, false, true],
  };

  it.each<[string, string, Group, Rights]>([
    ['admin', 'ada', 'public', 'all'],
    ['admin', 'ada', 'private', 'all'],
    ['admin', 'ada', 'restricted', 'all'],
    ['admin', 'ada', 'ownerless', 'all'],
    ['governance administrator', 'gov', 'private', 'all'],
    ['governance administrator', 'gov', 'restricted', 'all'],
    ['owner, shares a role', 'own', 'public', 'all'],
    ['owner, shares a role', 'own', 'private', 'all'],
    ['owner, shares a role', 'own', 'restricted', 'all'],
    ['owner, shares no role now', 'ex', 'public', 'all'],
    ['owner, shares no role now', 'ex', 'private', 'all'],
    ['owner, shares no role now', 'ex', 'restricted', 'nothing'],
    ['other, shares a role', 'rob', 'public', 'all but its access'],
    ['other, shares a role', 'rob', 'private', 'nothing'],
    ['other, shares a role', 'rob', 'restricted', 'all but its access'],
    ['other, shares a role', 'rob', 'ownerless', 'all but its access'],
    ['other, no shared role', 'ivo', 'public', 'all but its access'],
    ['other, no shared role', 'ivo', 'private', 'nothing'],
    ['other, no shared role', 'ivo', 'restricted', 'nothing'],
    ['other, no shared role', 'ivo', 'ownerless', 'all but its access'],
  ])('%s (%s), %s: %s', async (_, who, group, rights) => {
    await g.member('ex', { backendRoles: ['risk'] });
    const id = await make[group](who === 'ex' ? 'ex' : 'own');
    await g.member('ex', { backendRoles: ['IT'] });
    expect(await rightsOn(who, id)).toStrictEqual(RIGHTS[rights]);
  });

  it.each<[object, string, Rights]>([
    [{ access_mode: 'private' }, 'rob', 'get and delete'],
    [{ backend_roles: ['risk'] }, 'ivo', 'get and delete'],
    [{ backend_roles: ['risk'] }, 'rob', 'all but its access'],
  ])('without owner, made %j by an administrator, for %s: %s', async (access, who, rights) => {
    const id = await make.ownerless('');
    expect((await g.call('ada', 'PUT', `/${id}`, access)).status).toBe(200);
    expect(await rightsOn(who, id)).toStrictEqual(RIGHTS[rights]);
  });

  it('a reader gets and finds what he has access to, and no more', async () => {
    const open = await make.restricted('own');
    const closed = await make.private('own');
    expect((await g.call('rea', 'GET', `/${open}`)).status).toBe(200);
    expect((await g.call('rea', 'GET', `/${closed}`)).json).toStrictEqual(NO_READ);
    expect(await g.found('rea', { query: { ids: { values: [open, closed] } } })).toStrictEqual([open]);
  });

  it.each([
    ['GET', '/x', undefined, 'model_groups/get'],
    ['POST', '/_search', {}, 'model_groups/search'],
    ['PUT', '/x', {}, 'update_model_group'],
    ['DELETE', '/x', undefined, 'model_groups/delete'],
  ])('who has no role that opens the call is told so: %s %s', async (method, path, body, permission) => {
    const answer = await g.call('out', method, path, body);
    const reason = `no permissions for [cluster:admin/opensearch/ml/${permission}] and User [name=out, backend_roles=[ml_full_access, risk], requestedTenant=null]`;
    expect([answer.status, answer.json]).toStrictEqual([403, refusal(403, 'security_exception', reason)]);
  });

  it('an id that is not there is told before access', async () => {
    expect((await g.call('ivo', 'GET', '/nothing')).status).toBe(404);
  });

  it('the platform is no user: it sees and may all, but can say nothing of access', async () => {
    const id = await make.private('own');
    expect((await g.call('platform', 'GET', `/${id}`)).status).toBe(200);
    expect(await g.found('platform', { query: { ids: { values: [id] } } })).toStrictEqual([id]);
    expect((await g.call('platform', 'PUT', `/${id}`, { description: 'x' })).status).toBe(200);
    expect((await g.call('platform', 'PUT', `/${id}`, { access_mode: 'public' })).json.error.reason).toMatch(
      /^You cannot specify model access control parameters/,
    );
    expect((await g.call('platform', 'DELETE', `/${id}`)).json.result).toBe('deleted');
  });
});

describe('while access control is off', () => {
  const REASON =
    'You cannot specify model access control parameters because the Security plugin or model access control is disabled on your cluster.';
  const OFF = refusal(400, 'illegal_argument_exception', REASON);
  let g: ModelGroups;
  beforeAll(async () => {
    g = await ModelGroups.start({ env: { MODEL_ACCESS_CONTROL_ENABLED: 'false' } });
    await g.given('ana', { name: 'taken', model_group_id: 'taken' });
  });
  afterAll(() => g.app.stop());

  it.each<[string, object, boolean]>([
    ['ana', { access_mode: 'public' }, false],
    ['ana', { access_mode: 'PRIVATE' }, false],
    ['ada', { access_mode: 'restricted' }, false],
    ['ana', { add_all_backend_roles: true }, false],
    ['ana', { add_all_backend_roles: false }, false],
    ['ada', { add_all_backend_roles: 'false' }, false],
    ['ana', { backend_roles: ['risk'] }, false],
    ['ada', { backend_roles: ['risk'] }, false],
    ['platform', { backend_roles: ['risk'] }, false],
    ['ana', { backend_roles: [] }, true],
    ['ana', { access_mode: 'secret' }, true],
    ['ana', {}, true],
  ])('%s registers and updates with %j: %s', async (who, access, passes) => {
    const name = `off ${JSON.stringify([who, access]).replace(/[^a-z ]/gi, ' ')}`;
    const registered = await g.call(who, 'POST', '/_register', { name, ...access });
    const updated = await g.call(who, 'PUT', '/taken', { description: 'd', ...access });
    if (passes) {
      expect([registered.status, updated.status]).toStrictEqual([200, 200]);
      const shown = await g.call('nil', 'GET', `/${registered.json.model_group_id}`);
      expect(Object.keys(shown.json)).toStrictEqual([
        'name',
        'latest_version',
        'access',
        'created_time',
        'last_updated_time',
      ]);
      expect(shown.json.access).toBe('public');
    } else {
      expect([registered.status, registered.json]).toStrictEqual([400, OFF]);
      expect([updated.status, updated.json]).toStrictEqual([400, OFF]);
    }
  });

  it('the name is checked first in a registration, and last in an update', async () => {
    const registered = await g.call('ana', 'POST', '/_register', { name: 'taken', access_mode: 'public' });
    expect(registered.json.error.reason).toBe(
      'The name you provided is already being used by a model group with ID: taken.',
    );
    await g.given('ana', { name: 'second', model_group_id: 'second' });
    const updated = await g.call('ana', 'PUT', '/second', { name: 'taken', access_mode: 'public' });
    expect(updated.json).toStrictEqual(OFF);
    const renamed = await g.call('ana', 'PUT', '/second', { name: 'taken' });
    expect(renamed.json.error.reason).toMatch(/another model with ID: taken\./);
  });

  it('gate 1 stays', async () => {
    expect((await g.call('out', 'GET', '/taken')).status).toBe(403);
    expect((await g.call('rea', 'POST', '/_register', { name: 'x' })).status).toBe(403);
  });
});

describe('switching access control off and on again', () => {
  it('opens all for a while; owners and modes come back, what was made meanwhile stays without owner', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'countersign-switch-'));
    const off = { dataDir, env: { MODEL_ACCESS_CONTROL_ENABLED: 'false' } };
    try {
      const first = await ModelGroups.start({ dataDir });
      await first.given('ana', { name: 'mine', access_mode: 'private', model_group_id: 'mine' });
      await first.given('ana', { name: 'risky', backend_roles: ['risk'], model_group_id: 'risky' });
      expect(await first.found('ivo')).toStrictEqual([]);
      await first.app.stop();

      const open = await ModelGroups.start(off, first);
      expect(await open.found('ivo')).toStrictEqual(['mine', 'risky']);
      expect((await open.call('ivo', 'GET', '/mine')).json).toMatchObject({
        access: 'private',
        owner: { name: 'ana' },
      });
      const changed = await open.call('ivo', 'PUT', '/risky', { description: 'by ivo' });
      expect(changed.json).toStrictEqual({ status: 'Updated' });
      await open.given('ivo', { name: 'meanwhile', model_group_id: 'meanwhile' });
      await open.app.stop();

      const closed = await ModelGroups.start({ dataDir }, first);
      expect(await closed.found('ivo')).toStrictEqual(['meanwhile']);
      expect((await closed.call('ivo', 'GET', '/mine')).json).toStrictEqual(NO_READ);
      expect((await closed.call('rob', 'GET', '/risky')).json).toMatchObject({
        access: 'restricted',
        backend_roles: ['risk'],
        description: 'by ivo',
      });
      expect((await closed.call('nil', 'GET', '/meanwhile')).json).not.toHaveProperty('owner');
      const refused = await closed.call('ivo', 'PUT', '/meanwhile', { access_mode: 'private' });
      expect(refused.json.error.reason).toBe('Only owner or admin can update access control data.');
      await closed.app.stop();
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
