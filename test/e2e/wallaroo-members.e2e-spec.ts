import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { refusal, said, Workspaces } from '../support/workspaces.js';

const OK = { status: 200, text: '{}' };
const rows = (count: number) => ({ status: 200, text: `{"affected_rows":${count}}` });
const LAST_OWNER = refusal(400, 'The last owner of a workspace cannot be removed');

describe('members of a workspace', () => {
  let people: Workspaces;
  let workspaces = 0;

  /** Of olga, with carl as a collaborator. */
  const given = async (): Promise<number> => {
    const id = await people.create('olga', `members-${++workspaces}`);
    await people.add('olga', id, 'carl');
    return id;
  };
  const addUser = (who: string, body: object) => people.call(who, 'workspaces/add_user', body);
  const removeUser = (who: string, body: object) => people.call(who, 'workspaces/remove_user', body);
  const length = async (id: number): Promise<number> => (await people.typesIn(`workspace-${id}`)).length;
  const archive = (id: number) => people.native('olga', 'POST', `workspaces/${id}/archive`);

  beforeAll(async () => {
    people = await Workspaces.start();
    for (const name of ['olga', 'carl', 'dora', 'mallory']) await people.person(name);
    await people.person('root', { roles: ['governance-admin'] });
    await people.record('twin-1', { email: 'twins@example.com' });
    await people.record('twin-2', { email: 'Twins@Example.com' });
    await people.record('gone', { enabled: false });
  });
  afterAll(() => people.stop());

  describe('add_user', () => {
    it('added: 200 {} exactly, a collaborator', async () => {
      const id = await people.create('olga', 'add-1');
      expect(said(await addUser('olga', { workspace_id: id, email: 'carl@example.com' }))).toEqual(OK);
      expect(await people.membersOf(id)).toEqual(['olga OWNER', 'carl COLLABORATOR']);
    });

    it.each([
      { email: 'CARL@Example.com' },
      { user_id: 'carl' },
      { email: 'carl@example.com', user_id: 'carl' },
    ])('added by %j', async (named) => {
      const id = await people.create('olga', `add-by-${++workspaces}`);
      expect(said(await addUser('olga', { workspace_id: id, ...named }))).toEqual(OK);
      expect(await people.membersOf(id)).toEqual(['olga OWNER', 'carl COLLABORATOR']);
    });

    it('again, same or no user_type: 200 {}, no new event, the position of the last one', async () => {
      const id = await given();
      const before = await people.app.store.head();
      for (const more of [{}, { user_type: 'COLLABORATOR' }, { user_type: 'collaborator' }]) {
        const answer = await addUser('olga', { workspace_id: id, email: 'carl@example.com', ...more });
        expect(said(answer)).toEqual(OK);
        expect(answer.headers['x-event-position']).toBe(String(before));
      }
      expect(await people.app.store.head()).toBe(before);
    });

    it('already a member, other explicit user_type: the role changes', async () => {
      const id = await given();
      expect(said(await people.add('olga', id, 'carl', 'Owner'))).toEqual(OK);
      expect(await people.membersOf(id)).toEqual(['olga OWNER', 'carl OWNER']);
      expect(said(await people.add('olga', id, 'carl', 'COLLABORATOR'))).toEqual(OK);
      expect(await people.membersOf(id)).toEqual(['olga OWNER', 'carl COLLABORATOR']);
    });

    it('already an owner, no user_type: never demoted by default', async () => {
      const id = await given();
      expect(said(await people.add('olga', id, 'olga'))).toEqual(OK);
      expect(await people.membersOf(id)).toEqual(['olga OWNER', 'carl COLLABORATOR']);
    });

    it('explicit demotion of the last owner: 400', async () => {
      const id = await given();
      expect(said(await people.add('olga', id, 'olga', 'COLLABORATOR'))).toEqual(LAST_OWNER);
      expect(await people.membersOf(id)).toEqual(['olga OWNER', 'carl COLLABORATOR']);
    });

    it.each(['ADMIN', '', 'OWNER ', 5, ['OWNER'], true])('user_type %j: 400', async (user_type) => {
      const id = await given();
      const answer = await addUser('olga', { workspace_id: id, user_id: 'dora', user_type });
      expect(said(answer)).toEqual(refusal(400, 'user_type must be OWNER or COLLABORATOR'));
    });

    it.each<[object, string]>([
      [{ email: 'nobody@example.com' }, 'User nobody@example.com not found'],
      [{ user_id: 'nobody' }, 'User nobody not found'],
      [{ email: 'nobody@example.com', user_id: 'dora' }, 'User nobody@example.com not found'],
      [{ email: 'a\u0000b@example.com' }, 'User a\u0000b@example.com not found'],
      [{ user_id: 'gone' }, 'User gone is disabled'],
      [{ email: 'gone@example.com' }, 'User gone@example.com is disabled'],
      [
        { email: 'twins@example.com' },
        'More than one user has the email twins@example.com: name one by user_id',
      ],
      [{ email: 'carl@example.com', user_id: 'dora' }, 'email and user_id name different users'],
      [{}, 'email or user_id is required'],
      [{ email: null, user_id: null }, 'email or user_id is required'],
      [{ email: '' }, 'email must be a string of 1 to 255 characters'],
      [{ email: 5 }, 'email must be a string of 1 to 255 characters'],
      [{ user_id: 'x'.repeat(256) }, 'user_id must be a string of 1 to 255 characters'],
    ])('%j: 400, and nobody is invited', async (named, message) => {
      const id = await given();
      const before = await people.app.store.head();
      expect(said(await addUser('olga', { workspace_id: id, ...named }))).toEqual(refusal(400, message));
      expect(await people.app.store.head()).toBe(before);
    });

    it('one of two with the same email is named by both', async () => {
      const id = await given();
      const named = { email: 'twins@example.com', user_id: 'twin-2' };
      expect(said(await addUser('olga', { workspace_id: id, ...named }))).toEqual(OK);
      expect(await people.membersOf(id)).toContain('twin-2 COLLABORATOR');
    });

    it('caller is a member but no owner: 403, before anything is said of the user', async () => {
      const id = await given();
      for (const user_id of ['dora', 'nobody', 'carl'])
        expect(said(await people.add('carl', id, user_id))).toEqual(
          refusal(403, `Only an owner may change members of workspace ${id}`),
        );
    });

    it('workspace archived: 400', async () => {
      const id = await given();
      await archive(id);
      expect(said(await people.add('olga', id, 'dora'))).toEqual(refusal(400, `Workspace ${id} is archived`));
      expect(said(await people.add('root', id, 'dora'))).toEqual(refusal(400, `Workspace ${id} is archived`));
    });

    it('others may be added to a default workspace', async () => {
      const { json } = await people.call('olga', 'workspaces/list');
      const own = json.workspaces.find(({ name }: { name: string }) => name.endsWith(' - Default Workspace'));
      expect(said(await people.add('olga', own.id, 'dora'))).toEqual(OK);
    });
  });

  describe('list_users', () => {
    it('any member and administrators: two keys each, the oldest membership first', async () => {
      const id = await given();
      await people.add('olga', id, 'dora', 'OWNER');
      await people.add('olga', id, 'carl', 'OWNER');
      const text =
        '{"users":[{"user_id":"olga","user_type":"OWNER"},{"user_id":"carl","user_type":"OWNER"},{"user_id":"dora","user_type":"OWNER"}]}';
      for (const who of ['olga', 'carl', 'dora', 'root', 'platform'])
        expect((await people.call(who, 'workspaces/list_users', { workspace_id: id })).text).toBe(text);
      await people.remove('olga', id, 'carl');
      await people.add('olga', id, 'carl');
      expect(await people.membersOf(id)).toEqual(['olga OWNER', 'dora OWNER', 'carl COLLABORATOR']);
    });

    it('a member who is disabled stays listed by id', async () => {
      const id = await given();
      await people.record('leaver');
      await people.add('olga', id, 'leaver');
      await people.record('leaver', { enabled: false });
      expect(await people.membersOf(id)).toContain('leaver COLLABORATOR');
    });
  });

  describe('remove_user', () => {
    it('was a member: 1; second removal: 0, and no event', async () => {
      const id = await given();
      const body = { workspace_id: id, email: 'Carl@example.com' };
      expect(said(await removeUser('olga', body))).toEqual(rows(1));
      const before = await length(id);
      expect(said(await removeUser('olga', body))).toEqual(rows(0));
      expect(await length(id)).toBe(before);
    });

    it.each([
      { user_id: 'nobody' },
      { email: 'nobody@example.com' },
      { email: 'n@example.com', user_id: 'carl' },
    ])('unknown %j: 0, no event', async (named) => {
      const id = await given();
      const before = await length(id);
      const answer = await removeUser('olga', { workspace_id: id, ...named });
      expect(said(answer)).toEqual(rows(0));
      expect(answer.headers['x-event-position']).toMatch(/^\d+$/);
      expect(await length(id)).toBe(before);
    });

    it('by an id that the directory does not enable any more', async () => {
      const id = await given();
      await people.record('ghost');
      await people.add('olga', id, 'ghost');
      await people.record('ghost', { enabled: false, email: null });
      expect(said(await people.remove('olga', id, 'ghost'))).toEqual(rows(1));
    });

    it('neither email nor user_id, or two people: 400', async () => {
      const id = await given();
      expect(said(await removeUser('olga', { workspace_id: id }))).toEqual(
        refusal(400, 'email or user_id is required'),
      );
      const two = { workspace_id: id, email: 'carl@example.com', user_id: 'dora' };
      expect(said(await removeUser('olga', two))).toEqual(
        refusal(400, 'email and user_id name different users'),
      );
      const shared = { workspace_id: id, email: 'twins@example.com' };
      expect((await removeUser('olga', shared)).status).toBe(400);
    });

    it('last owner: 400, also by himself, by an administrator and when it is archived', async () => {
      const id = await given();
      for (const who of ['olga', 'root', 'platform'])
        expect(said(await people.remove(who, id, 'olga'))).toEqual(LAST_OWNER);
      await archive(id);
      expect(said(await people.remove('olga', id, 'olga'))).toEqual(LAST_OWNER);
    });

    it('an owner who is not the last one', async () => {
      const id = await given();
      await people.add('olga', id, 'carl', 'OWNER');
      expect(said(await people.remove('carl', id, 'olga'))).toEqual(rows(1));
      expect(await people.membersOf(id)).toEqual(['carl OWNER']);
    });

    it('own default workspace: 400, however many owners it has', async () => {
      const { json } = await people.call('dora', 'workspaces/list');
      const own = json.workspaces.find(({ name }: { name: string }) => name.startsWith('dora@'));
      await people.add('dora', own.id, 'carl', 'OWNER');
      for (const who of ['dora', 'carl', 'root'])
        expect(said(await people.remove(who, own.id, 'dora'))).toEqual(
          refusal(400, 'User cannot be removed from their default workspace'),
        );
    });

    it('a collaborator leaves: 1; and removes nobody else: 403', async () => {
      const id = await given();
      await people.add('olga', id, 'dora');
      const forbidden = refusal(403, `Only an owner may change members of workspace ${id}`);
      for (const user_id of ['dora', 'olga', 'nobody'])
        expect(said(await people.remove('carl', id, user_id))).toEqual(forbidden);
      const another = { workspace_id: id, email: 'dora@example.com', user_id: 'carl' };
      expect(said(await removeUser('carl', another))).toEqual(forbidden);
      expect(said(await removeUser('carl', { workspace_id: id, email: 'carl@example.com' }))).toEqual(
        rows(1),
      );
      expect(said(await people.remove('carl', id, 'carl'))).toEqual(
        refusal(400, `Workspace ${id} not found`),
      );
    });

    it('archived: allowed for owners and administrators', async () => {
      const id = await given();
      await people.add('olga', id, 'dora');
      await archive(id);
      expect(said(await people.remove('olga', id, 'carl'))).toEqual(rows(1));
      expect(said(await people.remove('root', id, 'dora'))).toEqual(rows(1));
    });
  });

  describe('roles', () => {
    const statusesOf = async (who: string): Promise<number[]> => {
      const id = await given();
      const artifact = `artifacts/model/roles-${id}`;
      return [
        (await people.call(who, 'workspaces/list_users', { workspace_id: id })).status,
        (await people.namesSeenBy(who)).includes(`members-${workspaces}`) ? 200 : 400,
        (await people.add(who, id, 'dora')).status,
        (await people.add(who, id, 'dora', 'OWNER')).status,
        (await people.remove(who, id, 'dora')).status,
        (await people.native(who, 'PUT', artifact, { name: 'm', workspaceId: id })).status,
        (await people.native(who, 'PATCH', `workspaces/${id}`, { name: `roles-${id}` })).status,
        (await people.native(who, 'POST', `workspaces/${id}/archive`)).status,
        (await people.native(who, 'POST', `workspaces/${id}/restore`)).status,
        (await people.call(who, 'workspaces/create', { workspace_name: `new-${id}` })).status,
      ];
    };

    it.each([
      // list_users, list, add, change role, remove, attach, rename, archive, restore, create
      ['olga', [200, 200, 200, 200, 200, 201, 200, 200, 200, 200]],
      ['carl', [200, 200, 403, 403, 403, 201, 403, 403, 403, 200]],
      ['root', [200, 200, 200, 200, 200, 201, 200, 200, 200, 200]],
      ['platform', [200, 200, 200, 200, 200, 201, 200, 200, 200, 403]],
      ['mallory', [400, 400, 400, 400, 400, 403, 404, 404, 404, 200]],
    ])('%s', async (who, statuses) => {
      expect(await statusesOf(who)).toEqual(statuses);
    });

    it('a key acts as its user: who is removed loses sight with it at once', async () => {
      const id = await given();
      expect((await people.call('carl', 'workspaces/list_users', { workspace_id: id })).status).toBe(200);
      await people.remove('olga', id, 'carl');
      expect(said(await people.call('carl', 'workspaces/list_users', { workspace_id: id }))).toEqual(
        refusal(400, `Workspace ${id} not found`),
      );
    });
  });

  it('every change stands in the history: who, with what, which request, why', async () => {
    const id = await given();
    const answer = await people.call(
      'olga',
      'workspaces/add_user',
      { workspace_id: id, user_id: 'dora' },
      { headers: { 'x-correlation-id': 'ticket-12', 'x-change-reason': 'new%20colleague' } },
    );
    expect(answer.headers['x-correlation-id']).toBe('ticket-12');
    const query = `audit?entityType=workspace&entityId=${id}`;
    const { items } = (await people.native('platform', 'GET', query)).json;
    expect(items[0]).toMatchObject({
      position: answer.headers['x-event-position'],
      eventType: 'WorkspaceMemberAdded',
      actor: { kind: 'user', id: 'olga' },
      credential: { type: 'user_psk', id: expect.any(String) },
      correlationId: 'ticket-12',
      causationId: answer.headers['x-request-id'],
      reason: 'new colleague',
      data: { workspaceId: id, userId: 'dora', userType: 'COLLABORATOR' },
    });
    expect(items.map(({ eventType }: { eventType: string }) => eventType)).toEqual([
      'WorkspaceMemberAdded',
      'WorkspaceMemberAdded',
      'WorkspaceCreated',
    ]);
  });

  it('a repeat with its idempotency key is carried out once', async () => {
    const headers = { 'idempotency-key': 'create-1' };
    const create = () =>
      people.call('olga', 'workspaces/create', { workspace_name: 'created-once' }, { headers });
    const [first, second] = [await create(), await create()];
    expect([second.status, second.text, second.headers['idempotent-replayed']]).toEqual([
      200,
      first.text,
      'true',
    ]);
    const other = await people.call('olga', 'workspaces/create', { workspace_name: 'x' }, { headers });
    expect(said(other)).toEqual(refusal(422, 'this idempotency key was used before with another request'));

    const id = first.json.workspace_id;
    await people.add('olga', id, 'carl');
    const remove = () =>
      people.call(
        'olga',
        'workspaces/remove_user',
        { workspace_id: id, user_id: 'carl' },
        { headers: { 'idempotency-key': 'remove-1' } },
      );
    expect([(await remove()).text, (await remove()).text]).toEqual([
      '{"affected_rows":1}',
      '{"affected_rows":1}',
    ]);
  });

  it('If-Match is a condition here too', async () => {
    const id = await given();
    const body = { workspace_id: id, user_id: 'dora' };
    const stale = await people.call('olga', 'workspaces/add_user', body, { headers: { 'if-match': '"0"' } });
    expect([stale.status, stale.json.code]).toEqual([412, 412]);
    const fresh = await people.call('olga', 'workspaces/add_user', body, { headers: { 'if-match': '"1"' } });
    expect(said(fresh)).toEqual(OK);
  });

  describe('users/query', () => {
    const asked = async (who: string, body: object = {}): Promise<string[]> =>
      Object.keys((await people.call(who, 'users/query', body)).json.users as object);

    it('shows who shares a workspace with the caller, and himself', async () => {
      await people.person('una');
      expect(await asked('una')).toEqual(['una']);
      const id = await people.create('una', 'of-una');
      await people.add('una', id, 'mallory');
      expect(await asked('una')).toEqual(['mallory', 'una']);
      expect(await asked('una', { user_ids: ['mallory', 'olga'] })).toEqual(['mallory']);
      expect(await asked('una', { user_ids: [] })).toEqual(['mallory', 'una']);
      expect(await asked('una', { user_ids: ['nobody'] })).toEqual([]);
    });

    it('shows everybody to administrators and the platform key', async () => {
      const all = await asked('platform');
      expect(all).toEqual(expect.arrayContaining(['olga', 'carl', 'gone', 'root']));
      expect(await asked('root')).toEqual(all);
      expect(await asked('root', { user_ids: ['gone', 'nobody'] })).toEqual(['gone']);
    });

    it("says what Keycloak's clients expect, and leaves out what is not known", async () => {
      await people.record('full', { firstName: 'Fu', lastName: 'Ll' });
      await people.record('bare', { email: null });
      await people.record('bare', { email: null, firstName: 'Ba' });
      const { json } = await people.call('platform', 'users/query', { user_ids: ['full', 'bare'] });
      expect(json.users).toEqual({
        full: {
          id: 'full',
          username: 'full',
          email: 'full@example.com',
          emailVerified: true,
          enabled: true,
          firstName: 'Fu',
          lastName: 'Ll',
          createdTimestamp: expect.any(Number),
        },
        bare: {
          id: 'bare',
          username: 'bare',
          emailVerified: false,
          enabled: true,
          firstName: 'Ba',
          createdTimestamp: expect.any(Number),
        },
      });
      const [first] = (
        await people.native('platform', 'GET', 'audit?entityType=user&entityId=bare&order=asc')
      ).json.items;
      expect(json.users.bare.createdTimestamp).toBe(Date.parse(first.occurredAt));
    });

    it.each([{ user_ids: 'olga' }, { user_ids: [''] }, { user_ids: [5] }])('%j is 400', async (body) => {
      const answer = await people.call('olga', 'users/query', body);
      expect([answer.status, answer.json.code]).toEqual([400, 400]);
    });
  });
});
