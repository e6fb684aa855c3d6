import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { derivedUuid } from '../../src/event-store/command-context.js';
import type { NewEvent } from '../../src/event-store/event-store.js';
import { Workspaces } from '../support/workspaces.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('workspaces, beyond what Wallaroo has', () => {
  let people: Workspaces;
  let fraud: number;

  const get = (who: string, path: string) => people.native(who, 'GET', path);
  const put = (path: string, body: object, who = 'platform') =>
    people.native(who, 'PUT', `artifacts/${path}`, body);
  const linked = async (id: number): Promise<[number[], number[]]> => {
    const { json } = await get('platform', `workspaces/${id}`);
    return [json.models, json.pipelines];
  };

  beforeAll(async () => {
    people = await Workspaces.start();
    for (const name of ['olga', 'carl', 'mallory']) await people.person(name);
    fraud = await people.create('olga', 'fraud');
    await people.add('olga', fraud, 'carl');
  });
  afterAll(() => people.stop());

  it('one is shown to its members and to whoever governs, and hidden from others', async () => {
    const shown = await get('carl', `workspaces/${fraud}`);
    expect([shown.status, shown.headers['etag']]).toEqual([200, '"1"']);
    expect(shown.json).toEqual({
      id: fraud,
      name: 'fraud',
      archived: false,
      default: false,
      createdAt: expect.stringMatching(TIME),
      createdBy: 'olga',
      models: [],
      pipelines: [],
      revision: '1',
    });
    expect((await get('platform', `workspaces/${fraud}`)).text).toBe(shown.text);
    const hidden = await get('mallory', `workspaces/${fraud}`);
    const unknown = await get('mallory', 'workspaces/999');
    expect([hidden.status, hidden.json.type]).toEqual([404, 'urn:countersign:problem:workspace-not-found']);
    expect([unknown.status, unknown.json.type]).toEqual([404, 'urn:countersign:problem:workspace-not-found']);
  });

  it.each([
    ['GET', 'workspaces/x', 422],
    ['GET', 'workspaces/0', 422],
    ['GET', 'workspaces/01', 422],
    ['GET', `workspaces/${'9'.repeat(16)}`, 422],
    ['GET', `workspaces/${'9'.repeat(15)}`, 404],
    ['GET', 'workspaces/999/members', 404],
    ['GET', 'workspaces?archived=yes', 422],
    ['GET', 'workspaces?limit=0', 422],
    ['GET', 'workspaces?cursor=x', 422],
    ['POST', 'workspaces/999/archive', 404],
    ['POST', 'workspaces/999/restore', 404],
    ['DELETE', 'workspaces/1', 405],
  ])('%s %s: %i', async (method, path, status) => {
    expect((await people.native('olga', method, path)).status).toBe(status);
  });

  it('members come with their names and e-mail addresses, the oldest membership first', async () => {
    await people.record('tina', { firstName: 'Tina', lastName: 'Tay' });
    await people.add('olga', fraud, 'tina');
    const { json } = await get('carl', `workspaces/${fraud}/members`);
    expect(json.next).toBeNull();
    expect(json.items.map(({ userId }: { userId: string }) => userId)).toEqual(['olga', 'carl', 'tina']);
    expect(json.items[2]).toEqual({
      userId: 'tina',
      username: 'tina',
      email: 'tina@example.com',
      firstName: 'Tina',
      lastName: 'Tay',
      userType: 'COLLABORATOR',
    });
    const first = await get('carl', `workspaces/${fraud}/members?limit=2`);
    expect(first.json.items).toHaveLength(2);
    const second = await get('carl', `workspaces/${fraud}/members?limit=2&cursor=${first.json.next}`);
    expect([second.json.items.length, second.json.next]).toEqual([1, null]);
    expect((await get('mallory', `workspaces/${fraud}/members`)).status).toBe(404);
  });

  it('are listed in pages, by name, and by whether they are archived', async () => {
    const ids: number[] = [];
    for (let n = 0; n < 5; n++) ids.push(await people.create('olga', `page-${n}`));
    await people.native('olga', 'POST', `workspaces/${ids[3]}/archive`);
    const namesIn = (answer: { json: { items: { name: string }[] } }) =>
      answer.json.items.map(({ name }) => name);

    const all = namesIn(await get('olga', 'workspaces'));
    expect(all).toEqual([
      'olga@example.com - Default Workspace',
      'fraud',
      'page-0',
      'page-1',
      'page-2',
      'page-3',
      'page-4',
    ]);
    const first = await get('olga', 'workspaces?limit=3');
    expect(first.headers['link']).toContain('rel="next"');
    await people.create('olga', 'late');
    const second = await get('olga', `workspaces?limit=9&cursor=${first.json.next}`);
    expect([...namesIn(first), ...namesIn(second)]).toEqual(all);

    expect(namesIn(await get('olga', 'workspaces?archived=true'))).toEqual(['page-3']);
    expect(namesIn(await get('olga', 'workspaces?archived=false&name=page-3'))).toEqual([]);
    expect(namesIn(await get('olga', 'workspaces?name=page-2'))).toEqual(['page-2']);
    expect(namesIn(await get('mallory', 'workspaces?name=page-2'))).toEqual([]);
    expect(namesIn(await get('mallory', 'workspaces'))).toEqual([]);
    expect(namesIn(await get('platform', 'workspaces?name=page-2'))).toEqual(['page-2']);
    expect(namesIn(await get('platform', 'workspaces?archived=true'))).toEqual(['page-3']);
    expect((await get('olga', `workspaces?name=fraud&cursor=${first.json.next}`)).status).toBe(422);
    const [own] = (await get('olga', 'workspaces?limit=1')).json.items;
    expect([own.default, own.name]).toEqual([true, 'olga@example.com - Default Workspace']);
  });

  describe('renaming', () => {
    const rename = (who: string, id: number, name: unknown, headers = {}) =>
      people.native(who, 'PATCH', `workspaces/${id}`, { name }, { headers });

    it('takes the new name and frees the old one', async () => {
      const id = await people.create('olga', 'old-name');
      const renamed = await rename('olga', id, 'new-name');
      expect([renamed.status, renamed.json.name, renamed.headers['etag']]).toEqual([200, 'new-name', '"1"']);
      const taken = await people.call('carl', 'workspaces/create', { workspace_name: 'new-name' });
      expect(taken.json.msg).toBe('Workspace name "new-name" is already in use');
      const other = await people.create('carl', 'old-name');
      expect((await rename('olga', id, 'old-name')).json.type).toBe(
        'urn:countersign:problem:workspace-name-taken',
      );
      await rename('carl', other, 'another-name');
      expect((await rename('olga', id, 'old-name')).status).toBe(200);
      expect(await people.typesIn(`workspace-${id}`)).toEqual([
        'WorkspaceCreated',
        'WorkspaceRenamed',
        'WorkspaceRenamed',
      ]);
    });

    it('to the present name changes nothing', async () => {
      const id = await people.create('olga', 'same-name');
      const before = await people.app.store.head();
      const answer = await rename('olga', id, 'same-name');
      expect([answer.status, answer.headers['x-event-position']]).toEqual([200, String(before)]);
      expect(await people.app.store.head()).toBe(before);
    });

    it.each(['A', '', 'a_b', 5, null, undefined])('to %j is 422', async (name) => {
      const answer = await rename('olga', fraud, name);
      expect([answer.status, answer.json.errors?.[0]?.pointer]).toEqual([422, '/name']);
    });

    it('is refused for an archived and for a default workspace', async () => {
      const id = await people.create('olga', 'to-archive');
      await people.native('olga', 'POST', `workspaces/${id}/archive`);
      expect((await rename('olga', id, 'free-name')).json.type).toBe(
        'urn:countersign:problem:workspace-archived',
      );
      const [own] = (await get('olga', 'workspaces?limit=1')).json.items;
      const answer = await rename('olga', own.id, 'free-name');
      expect([answer.status, answer.json.type]).toEqual([409, 'urn:countersign:problem:default-workspace']);
      // Nothing was claimed for nothing.
      expect(await people.typesIn('workspaceName-free-name')).toEqual([]);
    });

    it('holds to If-Match before it asks whether the name is free', async () => {
      const id = await people.create('olga', 'matched');
      expect((await rename('olga', id, 'fraud', { 'if-match': '"9"' })).status).toBe(412);
      expect((await rename('olga', id, 'fraud', { 'if-match': '"0"' })).status).toBe(409);
      expect((await rename('olga', id, 'matched-2', { 'if-match': '"0"' })).status).toBe(200);
    });

    it('is carried out once under an idempotency key', async () => {
      const id = await people.create('olga', 'keyed');
      const headers = { 'idempotency-key': 'rename-1' };
      const first = await rename('olga', id, 'keyed-2', headers);
      const again = await rename('olga', id, 'keyed-2', headers);
      expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
    });
  });

  it('archiving and restoring: once, for owners and whoever governs', async () => {
    const id = await people.create('olga', 'once');
    await people.add('olga', id, 'carl');
    const act = (who: string, what: string) => people.native(who, 'POST', `workspaces/${id}/${what}`);
    const archived = await act('olga', 'archive');
    expect([archived.status, archived.json.archived, archived.headers['etag']]).toEqual([200, true, '"2"']);
    expect((await act('platform', 'archive')).headers['x-event-position']).toBe(
      archived.headers['x-event-position'],
    );
    expect((await act('carl', 'restore')).json.type).toBe('urn:countersign:problem:owner-required');
    const restored = await act('platform', 'restore');
    expect([restored.json.archived, restored.headers['etag']]).toEqual([false, '"3"']);
    expect((await act('olga', 'restore')).headers['etag']).toBe('"3"');
    const [own] = (await get('olga', 'workspaces?limit=1')).json.items;
    expect((await people.native('olga', 'POST', `workspaces/${own.id}/archive`)).status).toBe(409);
  });

  it('members follow the events of their workspaces in the feed, and of no others', async () => {
    const feed = async (who: string): Promise<string[]> => {
      const { json } = await get(who, `events?entity=workspace-${fraud}`);
      return json.items.map(({ type }: { type: string }) => type);
    };
    expect(await feed('carl')).toContain('countersign.workspace.WorkspaceCreated');
    expect(await feed('mallory')).toEqual([]);
    const all = (await get('mallory', 'events?limit=1000')).json.items as { subject: string }[];
    expect(all.filter(({ subject }) => /^(workspace|defaultWorkspace)/.test(subject))).toEqual([]);
  });

  describe('models and pipelines', () => {
    it('are listed by their numbers, ascending, from the answer of their registration on', async () => {
      const id = await people.create('olga', 'links');
      const numbers: number[] = [];
      for (const name of ['l-1', 'l-2', 'l-3']) {
        const answer = await put(`model/${name}`, { name, workspaceId: id });
        expect([answer.status, answer.json.workspaceId]).toEqual([201, id]);
        numbers.push(answer.json.number);
        expect((await linked(id))[0]).toEqual(numbers);
      }
      const pipeline = await put('pipeline/l-1', { name: 'p', workspaceId: id });
      expect(await linked(id)).toEqual([numbers, [pipeline.json.number]]);
      const { json } = await people.call('olga', 'workspaces/list');
      const shown = json.workspaces.find((workspace: { id: number }) => workspace.id === id);
      expect([shown.models, shown.pipelines]).toEqual([numbers, [pipeline.json.number]]);
    });

    it('of other kinds have no number, and are not listed', async () => {
      const id = await people.create('olga', 'others');
      expect((await put('modelPackage/o-1', { name: 'o', workspaceId: id })).status).toBe(201);
      expect(await linked(id)).toEqual([[], []]);
    });

    it('move, and go when they are withdrawn', async () => {
      const [from, to] = [await people.create('olga', 'from'), await people.create('olga', 'to')];
      const { number } = (await put('model/mv-1', { name: 'm', workspaceId: from })).json;
      await put('model/mv-1', { name: 'm', workspaceId: to });
      expect([await linked(from), await linked(to)]).toEqual([
        [[], []],
        [[number], []],
      ]);
      await put('model/mv-1', { name: 'm' });
      expect(await linked(to)).toEqual([[], []]);
      await put('model/mv-1', { name: 'm', workspaceId: to });
      await people.native('platform', 'DELETE', 'artifacts/model/mv-1');
      expect(await linked(to)).toEqual([[], []]);
      const again = (await put('model/mv-1', { name: 'm', workspaceId: to })).json;
      expect([again.number > number, (await linked(to))[0]]).toEqual([true, [again.number]]);
      expect(await people.typesIn(`workspace-${from}`)).toEqual([
        'WorkspaceCreated',
        'WorkspaceModelLinked',
        'WorkspaceModelUnlinked',
      ]);
    });

    it('the same entry again writes nothing to the workspace either', async () => {
      const id = await people.create('olga', 'again');
      const first = await put('model/ag-1', { name: 'm', workspaceId: id });
      const before = await people.app.store.head();
      const again = await put('model/ag-1', { name: 'm', workspaceId: id });
      expect([again.status, await people.app.store.head()]).toEqual([200, before]);
      expect(BigInt(first.headers['x-event-position']!)).toBe(before);
    });

    it('need a workspace that exists and is not archived', async () => {
      const before = await people.app.store.head();
      const unknown = await put('model/un-1', { name: 'm', workspaceId: 999 });
      expect([unknown.status, unknown.json.type, unknown.json.errors[0].pointer]).toEqual([
        422,
        'urn:countersign:problem:unknown-workspace',
        '/workspaceId',
      ]);
      expect(await people.app.store.head()).toBe(before);
      const id = await people.create('olga', 'closed');
      await put('model/cl-1', { name: 'm', workspaceId: id });
      await people.native('olga', 'POST', `workspaces/${id}/archive`);
      expect((await put('model/cl-2', { name: 'm', workspaceId: id })).status).toBe(409);
      // What is in it may stay, and be withdrawn.
      expect((await put('model/cl-1', { name: 'n', workspaceId: id })).status).toBe(200);
      expect((await people.native('platform', 'DELETE', 'artifacts/model/cl-1')).status).toBe(204);
    });

    it('are attached by members to workspaces that they are in, and taken from no other', async () => {
      const [mine, other] = [
        await people.create('carl', 'of-carl'),
        await people.create('mallory', 'of-mallory'),
      ];
      const attach = (path: string, workspaceId: number | null, more = {}) =>
        put(path, { name: 'm', workspaceId, ...more }, 'carl').then(({ status }) => status);
      expect(await attach('model/at-1', mine)).toBe(201);
      expect(await attach('pipeline/at-1', fraud)).toBe(201);
      expect(await attach('model/at-1', fraud)).toBe(200);
      expect(await attach('model/at-1', null)).toBe(403);
      expect(await attach('model/at-1', other)).toBe(403);
      expect(await attach('model/at-2', 999)).toBe(403);
      expect(await attach('modelPackage/at-1', mine)).toBe(403);
      expect(await attach('model/at-3', mine, { modelGroupId: 'g' })).toBe(403);
      await put('model/at-4', { name: 'm' });
      expect(await attach('model/at-4', mine)).toBe(403);
      await put('model/at-5', { name: 'm', workspaceId: other });
      expect(await attach('model/at-5', mine)).toBe(403);
      expect((await people.native('carl', 'DELETE', 'artifacts/model/at-1')).status).toBe(403);
    });

    it('whose registration was cut short are linked by the service itself', async () => {
      const id = await people.create('olga', 'settled');
      const { store } = people.app;
      const event = (type: string, data: NewEvent['data']): NewEvent => ({
        id: derivedUuid(type, JSON.stringify(data)),
        type,
        data,
        metadata: {
          occurredAt: '2026-01-01T00:00:00.000Z',
          schemaVersion: 1,
          actor: { kind: 'user', id: 'olga' },
          credential: { type: 'jwt', id: 'j' },
          correlationId: 'cut-short',
          causationId: 'r',
        },
      });
      const facts = { name: 'm', version: null, workspaceId: id, modelGroupId: null };
      const names = { kind: 'model', artifactId: 'cut-1' };
      await store.append(
        'artifact-model-cut-1',
        [event('ArtifactRegistered', { ...names, ...facts, number: 9_001 })],
        'no-stream',
      );
      while ((await linked(id))[0].length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await linked(id)).toEqual([[9_001], []]);
      const { items } = (await get('platform', `audit?entityType=workspace&entityId=${id}`)).json;
      expect(items[0]).toMatchObject({
        eventType: 'WorkspaceModelLinked',
        actor: { kind: 'system', id: 'settle-workspace-links' },
        correlationId: 'cut-short',
        data: { workspaceId: id, artifactId: 'cut-1', number: 9_001, name: 'm' },
      });
      await store.append('artifact-model-cut-1', [event('ArtifactWithdrawn', { ...names, name: 'm' })], 0n);
      while ((await linked(id))[0].length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    });
  });
});
