import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startIdentityApp, type IdentityApp } from '../support/identity-app.js';
import type { RequestOptions } from '../support/http-client.js';
import { refusal, said, Workspaces } from '../support/workspaces.js';

const NAME_RULE =
  'workspace_name must be a DNS label: 1 to 63 lower-case letters, digits and dashes, no dash at either end';
const ID_RULE = 'workspace_id must be an integer from 1 to 9007199254740991';
const PATHS = ['list', 'create', 'add_user', 'list_users', 'remove_user'].map((name) => `workspaces/${name}`);
const JSON_HEADERS = { 'content-type': 'application/json' };

describe("Wallaroo's calls", () => {
  let people: Workspaces;
  let id: number;
  const head = (): Promise<bigint> => people.app.store.head();

  beforeAll(async () => {
    people = await Workspaces.start();
    await people.person('olga');
    await people.person('carl');
    id = await people.create('olga', 'surface');
  });
  afterAll(() => people.stop());

  it.each(PATHS)('%s: any other method is 405 with Allow', async (path) => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await people.app.request(method, `/v1/api/${path}`, { psk: people.keyOf('olga') });
      expect(said(answer)).toEqual(refusal(405, `${method} is not possible at this path`));
      expect(answer.headers['allow']).toBe('POST');
    }
  });

  it.each(PATHS)('%s: no credential, or a bad one, is 401 with a challenge', async (path) => {
    const nobody = await people.app.request('POST', `/v1/api/${path}`, { body: {} });
    expect(said(nobody)).toEqual(refusal(401, 'Not authenticated'));
    const wrong = await people.app.request('POST', `/v1/api/${path}`, { token: 'nope', body: {} });
    expect(said(wrong)).toEqual(refusal(401, 'Invalid or expired credential'));
    for (const { headers } of [nobody, wrong]) {
      expect(headers['www-authenticate']).toMatch(/^Bearer realm="governance"/);
      expect(headers['cache-control']).toBe('no-store');
    }
  });

  it('two credentials are 400', async () => {
    const answer = await people.call('olga', 'workspaces/list', {}, { token: people.keyOf('olga') });
    expect(said(answer)).toEqual(refusal(400, 'Send one credential, not two'));
  });

  it('a path that is none is 404', async () => {
    expect(said(await people.call('olga', 'workspaces/rename'))).toEqual(
      refusal(404, 'There is nothing at this path'),
    );
  });

  it.each<[string, RequestOptions, RegExp]>([
    ['malformed JSON', { rawBody: '{"workspace_id": ', headers: JSON_HEADERS }, /not valid JSON/],
    ['a list', { rawBody: '[]', headers: JSON_HEADERS }, /must be a JSON object/],
    ['text', { rawBody: '"x"', headers: JSON_HEADERS }, /must be a JSON object/],
    ['null', { rawBody: 'null', headers: JSON_HEADERS }, /must be a JSON object/],
    ['another content type', { rawBody: '{}', headers: { 'content-type': 'text/plain' } }, /must be JSON/],
    ['no content type', { rawBody: '{}' }, /must be JSON/],
    ['65 levels', { rawBody: `${'['.repeat(65)}${']'.repeat(65)}`, headers: JSON_HEADERS }, /levels deep/],
    ['broken UTF-8', { rawBody: Buffer.from([0x22, 0xff, 0x22]), headers: JSON_HEADERS }, /not valid UTF-8/],
    ['__proto__', { rawBody: '{"__proto__": {}}', headers: JSON_HEADERS }, /not allowed/],
  ])('a body with %s is 400 in the envelope, on every path', async (_, options, message) => {
    const before = await head();
    for (const path of [...PATHS, 'users/query']) {
      const answer = await people.call('olga', path, null, options);
      expect([path, answer.status]).toEqual([path, 400]);
      expect(answer.json).toEqual({ code: 400, msg: expect.stringMatching(message) });
    }
    expect(await head()).toBe(before);
  });

  it('the limits win, in the envelope', async () => {
    const large = await people.call('olga', 'workspaces/list', null, {
      rawBody: ' '.repeat(1_100_000),
      headers: JSON_HEADERS,
    });
    expect([large.status, large.json.code]).toEqual([413, 413]);
    const headers = { 'x-long': 'x'.repeat(20_000) };
    const long = await people.call('olga', 'workspaces/list', {}, { headers });
    expect([long.status, long.json.code]).toEqual([431, 431]);
  });

  it('an empty body is {} to list, and 400 to the others', async () => {
    const listed = await people.call('olga', 'workspaces/list', null);
    expect(listed.text).toBe((await people.call('olga', 'workspaces/list', {})).text);
    for (const path of PATHS.slice(1)) expect((await people.call('olga', path, null)).status).toBe(400);
  });

  it("fields that are not known are ignored: Wallaroo's client sends some", async () => {
    const extra = { url: 'https://wallaroo.example', user_type: 'OWNER', constructor: null, __typename: 1 };
    const created = await people.call('olga', 'workspaces/create', { workspace_name: 'extra', ...extra });
    expect(created.status).toBe(200);
    const body = { workspace_id: id, email: 'carl@example.com', user_id: 'carl', url: 'x', nonsense: [1] };
    expect(said(await people.call('olga', 'workspaces/add_user', body))).toEqual({ status: 200, text: '{}' });
    expect((await people.call('olga', 'workspaces/remove_user', body)).text).toBe('{"affected_rows":1}');
  });

  it('null is as good as nothing in a field that may be left out', async () => {
    const list = await people.call('olga', 'workspaces/list', { user_ids: null, user_id: null });
    expect(list.text).toBe((await people.call('olga', 'workspaces/list', {})).text);
    const body = { workspace_id: id, email: 'carl@example.com', user_id: null, user_type: null };
    expect((await people.call('olga', 'workspaces/add_user', body)).text).toBe('{}');
    const removed = { workspace_id: id, email: null, user_id: 'carl' };
    expect((await people.call('olga', 'workspaces/remove_user', removed)).text).toBe('{"affected_rows":1}');
  });

  describe.each(['add_user', 'list_users', 'remove_user'])('%s', (name) => {
    it.each(['"10"', '1.5', 'true', 'null', '0', '-1', '9007199254740992', '[1]', '{}', undefined])(
      'workspace_id %s is 400: nothing is converted',
      async (value) => {
        const rawBody = value === undefined ? '{"email":"a@b"}' : `{"workspace_id":${value},"email":"a@b"}`;
        const answer = await people.call('olga', `workspaces/${name}`, null, {
          rawBody,
          headers: JSON_HEADERS,
        });
        expect(said(answer)).toEqual(refusal(400, ID_RULE));
      },
    );

    it('hides a workspace as if it did not exist', async () => {
      const body = { email: 'carl@example.com' };
      const unknown = await people.call('carl', `workspaces/${name}`, { ...body, workspace_id: 999 });
      expect(said(unknown)).toEqual(refusal(400, 'Workspace 999 not found'));
      const hidden = await people.call('carl', `workspaces/${name}`, { ...body, workspace_id: id });
      expect(said(hidden)).toEqual(refusal(400, `Workspace ${id} not found`));
      expect(Object.keys(hidden.headers).sort()).toEqual(Object.keys(unknown.headers).sort());
    });
  });

  it.each([
    '',
    'a'.repeat(64),
    '-a',
    'a-',
    'a.b',
    'a_b',
    'A',
    'é',
    'a b',
    'a\n',
    'ａ',
    5,
    null,
    undefined,
    ['a'],
  ])('create: the name %j is 400', async (workspace_name) => {
    const before = await head();
    const answer = await people.call('olga', 'workspaces/create', { workspace_name });
    expect(said(answer)).toEqual(refusal(400, NAME_RULE));
    expect(await head()).toBe(before);
  });

  it.each(['a', '1', 'a--b', 'a'.repeat(63)])('create: the name %s is good', async (workspace_name) => {
    const answer = await people.call('olga', 'workspaces/create', { workspace_name });
    expect([answer.status, answer.text]).toEqual([200, `{"workspace_id":${answer.json.workspace_id}}`]);
    expect(answer.headers['x-event-position']).toMatch(/^\d+$/);
  });

  it('create: a name in use is 400, also of an archived or a hidden workspace', async () => {
    const before = await head();
    const again = await people.call('carl', 'workspaces/create', { workspace_name: 'surface' });
    expect(said(again)).toEqual(refusal(400, 'Workspace name "surface" is already in use'));
    // Carl's own, made on his first call before this one.
    expect(await head()).toBe(before);
    const archived = await people.create('olga', 'archived-name');
    await people.native('olga', 'POST', `workspaces/${archived}/archive`);
    expect((await people.call('carl', 'workspaces/create', { workspace_name: 'archived-name' })).status).toBe(
      400,
    );
  });

  it('create: anybody may, also a service account; the platform key may not', async () => {
    await people.person('bot', { username: 'service-account-bot' });
    expect(await people.create('bot', 'by-a-bot')).toBeGreaterThan(id);
    const before = await head();
    const answer = await people.call('platform', 'workspaces/create', { workspace_name: 'by-nobody' });
    expect(said(answer)).toEqual(refusal(403, 'A workspace belongs to a user, and the platform key is none'));
    expect(await head()).toBe(before);
  });

  it('create: numbers rise and are never used again', async () => {
    const ids = [];
    for (const name of ['n-1', 'n-2', 'n-3']) ids.push(await people.create('olga', name));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set(ids).size).toBe(3);
  });

  it('list: one item has these fields, in this order', async () => {
    const { json } = await people.call('olga', 'workspaces/list', {});
    for (const item of json.workspaces as Record<string, unknown>[]) {
      expect(Object.keys(item)).toEqual([
        'id',
        'name',
        'created_at',
        'created_by',
        'archived',
        'models',
        'pipelines',
      ]);
      expect(item['created_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
      expect(item['created_by']).toBe('olga');
    }
  });

  describe('list', () => {
    let shared: number;

    beforeAll(async () => {
      await people.person('root', { roles: ['governance-admin'] });
      await people.person('lone');
      shared = await people.create('olga', 'shared-by-two');
      await people.add('olga', shared, 'lone');
    });

    it('shows what the caller is a member of, by number, archived ones too', async () => {
      const archived = await people.create('lone', 'lone-archived');
      await people.native('lone', 'POST', `workspaces/${archived}/archive`);
      const { json } = await people.call('lone', 'workspaces/list', {});
      const shown = json.workspaces as { id: number; name: string; archived: boolean }[];
      expect(shown.map(({ name, archived: gone }) => [name, gone])).toEqual([
        ['shared-by-two', false],
        ['lone@example.com - Default Workspace', false],
        ['lone-archived', true],
      ]);
      expect(shown.map((item) => item.id)).toEqual(shown.map((item) => item.id).sort((a, b) => a - b));
    });

    it('shows everything to administrators and to the platform key', async () => {
      await people.namesSeenBy('root');
      const all = await people.namesSeenBy('root');
      expect(all).toEqual(
        expect.arrayContaining(['surface', 'shared-by-two', 'olga@example.com - Default Workspace']),
      );
      expect(await people.namesSeenBy('platform')).toEqual(all);
    });

    it.each([
      [{ user_ids: ['lone'] }],
      [{ user_id: 'lone' }],
      [{ user_ids: ['lone', 'nobody'], user_id: 'lone' }],
      [{ user_ids: ['nobody'], user_id: 'lone' }],
    ])('%j: those of the named users, cut to what the caller sees', async (filter) => {
      expect(await people.namesSeenBy('olga', filter)).toEqual(['shared-by-two']);
      expect(await people.namesSeenBy('platform', filter)).toHaveLength(3);
    });

    it('names of both fields are joined', async () => {
      const joined = await people.namesSeenBy('platform', { user_ids: ['lone'], user_id: 'olga' });
      expect(joined).toEqual(expect.arrayContaining(['lone-archived', 'surface']));
    });

    it('unknown ids match nothing, and an empty list is no filter', async () => {
      for (const user_ids of [['nobody'], ['a\u0000b'], ['carl']])
        expect((await people.call('lone', 'workspaces/list', { user_ids })).text).toBe('{"workspaces":[]}');
      expect(await people.namesSeenBy('lone', { user_ids: [] })).toEqual(await people.namesSeenBy('lone'));
    });

    it.each([
      { user_ids: 'olga' },
      { user_ids: {} },
      { user_ids: [''] },
      { user_ids: ['olga', 5] },
      { user_ids: [null] },
      { user_ids: Array.from({ length: 1_001 }, (_, n) => `u-${n}`) },
      { user_ids: ['x'.repeat(256)] },
      { user_id: '' },
      { user_id: ['olga'] },
    ])('%j is 400', async (filter) => {
      const answer = await people.call('olga', 'workspaces/list', filter);
      expect([answer.status, answer.json.code]).toEqual([400, 400]);
      expect(answer.json.msg).toMatch(/^user_ids? must be a/);
    });
  });
});

describe('the default workspace', () => {
  let app: IdentityApp;
  const listed = async (token: string): Promise<string[]> => {
    const answer = await app.request('POST', '/v1/api/workspaces/list', { token, body: {} });
    return (answer.json.workspaces as { name: string }[]).map(({ name }) => name);
  };
  const tokenOf = (sub: string, claims: object = {}): Promise<string> =>
    app.provider.sign({ ...app.provider.claims({ sub, username: sub }), ...claims });
  const provisioned = async (): Promise<string[]> => {
    const owners: string[] = [];
    for await (const { type, data } of app.store.readAll())
      if (type === 'DefaultWorkspaceProvisioned') owners.push(String(data['ownerId']));
    return owners;
  };

  beforeAll(async () => {
    app = await startIdentityApp();
  });
  afterAll(() => app.stop());

  it.each([
    ['the e-mail address', 'w-1', { email: 'John.Hummel@Wallaroo.ai' }, 'john.hummel@wallaroo.ai'],
    ['else the username', 'w-2', { email: undefined, preferred_username: 'Jane' }, 'Jane'],
    ['else the id', 'w-3', { email: undefined, preferred_username: undefined }, 'w-3'],
  ])('is named by %s', async (_, sub, claims, name) => {
    expect(await listed(await tokenOf(sub, claims))).toEqual([`${name} - Default Workspace`]);
  });

  it.each([
    ['workspaces/list', {}],
    ['workspaces/create', { workspace_name: 'first-call' }],
    ['workspaces/add_user', { workspace_id: 999, email: 'a@b' }],
    ['workspaces/list_users', { workspace_id: 999 }],
    ['workspaces/remove_user', { workspace_id: 999, email: 'a@b' }],
    ['users/query', {}],
  ])('is made by a first call of %s', async (path, body) => {
    const sub = `first-${path.replace('/', '-')}`;
    const token = await tokenOf(sub);
    await app.request('POST', `/v1/api/${path}`, { token, body });
    expect((await provisioned()).filter((owner) => owner === sub)).toHaveLength(1);
    expect((await listed(token))[0]).toMatch(/ - Default Workspace$/);
  });

  it('is made once, however many first calls come at once, and by whichever credential', async () => {
    const token = await tokenOf('many');
    await Promise.all(Array.from({ length: 20 }, () => listed(token)));
    await app.restart();
    await listed(token);
    await listed(await tokenOf('many', { email: 'another@example.org' }));
    expect((await provisioned()).filter((owner) => owner === 'many')).toHaveLength(1);
    expect(await listed(token)).toEqual(['many@example.org - Default Workspace']);
  });

  it('is not made by a call that is refused for its form, nor elsewhere', async () => {
    const token = await tokenOf('w-9');
    await app.request('POST', '/v1/api/workspaces/create', { token, body: { workspace_name: 'A' } });
    await app.request('POST', '/v1/api/workspaces/add_user', { token, body: { workspace_id: 1 } });
    await app.request('GET', '/governance/v1/workspaces', { token });
    expect(await provisioned()).not.toContain('w-9');
  });

  it('service accounts and the platform key get none', async () => {
    expect(await listed(await tokenOf('w-4', { preferred_username: 'service-account-ci' }))).toEqual([]);
    const before = await app.store.head();
    await app.request('POST', '/v1/api/workspaces/list', { psk: app.platformPsk, body: {} });
    expect(await app.store.head()).toBe(before);
  });

  it('its owner is recorded with the credential and the request that led to it', async () => {
    for await (const { type, metadata, data } of app.store.readAll()) {
      if (type !== 'DefaultWorkspaceProvisioned' || data['ownerId'] !== 'w-1') continue;
      expect(metadata).toMatchObject({
        actor: { kind: 'user', id: 'w-1' },
        credential: { type: 'jwt', id: expect.any(String) },
        correlationId: metadata.causationId,
      });
      expect(JSON.stringify({ ...data, personal: null })).not.toMatch(/hummel/i);
      return;
    }
    throw new Error('no such event');
  });
});
