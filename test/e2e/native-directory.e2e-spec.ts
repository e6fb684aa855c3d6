import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { givenPsk, givenUser, givenUserWithPsk } from '../support/governed.js';
import { readLog } from '../support/history.js';
import type { Answer, RequestOptions } from '../support/http-client.js';

const BASE = '/governance/v1';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const NOBODY = '00000000-0000-4000-8000-000000000000';

describe('the directory', () => {
  let app: App;

  const call = (method: string, path: string, options: RequestOptions = {}): Promise<Answer> =>
    app.request(method, `${BASE}/${path}`, { psk: app.platformPsk, ...options });
  const put = (path: string, body: unknown, options: RequestOptions = {}): Promise<Answer> =>
    call('PUT', path, { body, ...options });
  const get = (path: string, options: RequestOptions = {}): Promise<Answer> => call('GET', path, options);

  beforeAll(async () => {
    app = await startApp();
    await put('groups/risk', { name: 'Model risk' });
  });

  afterAll(() => app.stop());

  describe('users', () => {
    const alice = {
      username: 'alice',
      email: 'Alice@Example.com',
      firstName: 'Alice',
      lastName: 'Archer',
      realmRoles: ['nx1_engineer'],
      groups: ['risk'],
      backendRoles: ['ml'],
      enabled: true,
    };

    it('are recorded: new, equal, changed, and shown', async () => {
      const created = await put('users/u-1', alice);
      expect(created.status).toBe(201);
      expect(created.headers['etag']).toBe('"0"');
      expect(created.json).toEqual({
        userId: 'u-1',
        ...alice,
        source: 'directory',
        updatedAt: expect.stringMatching(TIME),
      });

      const equal = await put('users/u-1', alice);
      expect([equal.status, equal.text]).toEqual([200, created.text]);
      expect(equal.headers['x-event-position']).toBe(created.headers['x-event-position']);

      const shown = await get('users/u-1');
      expect([shown.status, shown.text, shown.headers['etag']]).toEqual([200, created.text, '"0"']);

      const changed = await put('users/u-1', { username: 'alice' });
      expect([changed.status, changed.headers['etag']]).toEqual([200, '"1"']);
      expect(changed.json).toMatchObject({
        email: null,
        firstName: null,
        lastName: null,
        realmRoles: [],
        groups: [],
        backendRoles: [],
        enabled: true,
      });
      expect((await get('users/u-1')).text).toBe(changed.text);
    });

    it('may have ids with any characters but control characters', async () => {
      for (const id of ['a b', 'a/b', 'ü€😀', '..', 'a?b#c', "o'hara"]) {
        const path = `users/${encodeURIComponent(id)}`;
        expect((await put(path, { username: 'odd' })).status).toBe(201);
        expect((await get(path)).json).toMatchObject({ userId: id });
      }
    });

    it('may not have the id that the platform goes by', async () => {
      const answer = await put('users/platform', { username: 'platform' });
      expect([answer.status, answer.json]).toMatchObject([
        422,
        { type: 'urn:countersign:problem:reserved-user-id' },
      ]);
    });

    it('point at groups that are not known', async () => {
      const answer = await put('users/u-2', { username: 'bob', groups: ['risk', 'nothing', 'gone'] });
      expect(answer.status).toBe(422);
      expect(answer.json).toMatchObject({ type: 'urn:countersign:problem:unknown-group' });
      expect((answer.json as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer)).toEqual(
        ['/groups/1', '/groups/2'],
      );
      expect((await get('users/u-2')).status).toBe(404);
    });

    it('are found by part of the id, the username, the e-mail address or a name', async () => {
      await put('users/f-1', { username: 'carol', email: 'carol@search.example', firstName: 'Carola' });
      await put('users/f-2', { username: 'dave', email: 'dave@search.example', lastName: 'CAROLUS' });
      await put('users/f-3', { username: 'erin_%' });
      const found = async (search: string): Promise<readonly string[]> =>
        (
          (await get(`users?search=${encodeURIComponent(search)}`)).json as { items: { userId: string }[] }
        ).items.map(({ userId }) => userId);
      expect(await found('SEARCH.example')).toEqual(['f-1', 'f-2']);
      expect(await found('carol')).toEqual(['f-1', 'f-2']);
      expect(await found('f-3')).toEqual(['f-3']);
      expect(await found('_%')).toEqual(['f-3']);
      expect(await found('no such')).toEqual([]);
      expect((await found('')).length).toBeGreaterThan(3);
    });

    it('are listed in pages that neither shift nor repeat while others are recorded', async () => {
      for (let n = 0; n < 9; n++) await put(`users/p-${n}`, { username: `page-${n}` });
      const found: string[] = [];
      let path: string | undefined = 'users?search=page-&limit=4';
      for (let round = 0; path !== undefined; round++) {
        const answer: Answer = await get(path);
        expect(answer.status).toBe(200);
        found.push(...(answer.json as { items: { userId: string }[] }).items.map(({ userId }) => userId));
        path = /^<\/governance\/v1\/(.+)>; rel="next"$/.exec(answer.headers['link'] ?? '')?.[1];
        await put(`users/late-${round}`, { username: `page-late-${round}` });
      }
      expect(found).toEqual(Array.from({ length: 9 }, (_, n) => `p-${n}`));
    });

    it('are written only at the revision that If-Match names', async () => {
      await put('users/m-1', { username: 'm' });
      const changed = { username: 'm2' };
      expect((await put('users/m-1', changed, { headers: { 'if-match': '"7"' } })).status).toBe(412);
      expect((await put('users/m-9', changed, { headers: { 'if-match': '*' } })).status).toBe(412);
      expect((await put('users/m-1', changed, { headers: { 'if-match': 'W/"0"' } })).status).toBe(422);
      expect((await put('users/m-1', changed, { headers: { 'if-match': '"0"' } })).status).toBe(200);
    });

    it('are recorded once for one idempotency key', async () => {
      const headers = { 'idempotency-key': 'record-i-1' };
      const first = await put('users/i-1', { username: 'i' }, { headers });
      const again = await put('users/i-1', { username: 'i' }, { headers });
      expect([again.status, again.text]).toEqual([201, first.text]);
      expect(again.headers['idempotent-replayed']).toBe('true');
      expect((await put('users/i-1', { username: 'j' }, { headers })).status).toBe(422);
    });
  });

  describe('groups', () => {
    it('are recorded, renamed, shown with their members, listed and deleted', async () => {
      const created = await put('groups/g-1', { name: 'One' });
      expect([created.status, created.headers['etag']]).toEqual([201, '"0"']);
      expect(created.json).toEqual({ groupId: 'g-1', name: 'One', members: [] });
      expect((await put('groups/g-1', { name: 'One' })).status).toBe(200);
      const renamed = await put('groups/g-1', { name: 'Eins' });
      expect([renamed.status, renamed.headers['etag']]).toEqual([200, '"1"']);

      await put('users/g-user', { username: 'member', groups: ['g-1'] });
      const shown = await get('groups/g-1');
      expect(shown.json).toEqual({ groupId: 'g-1', name: 'Eins', members: ['g-user'] });
      const listed = (await get('groups')).json as { items: unknown[]; next: null };
      expect(listed.next).toBeNull();
      expect(listed.items).toContainEqual(shown.json);

      const deleted = await call('DELETE', 'groups/g-1');
      expect([deleted.status, deleted.text]).toEqual([204, '']);
      expect(deleted.headers['x-event-position']).toMatch(/^\d+$/);
      expect((await get('groups/g-1')).status).toBe(404);
      expect((await get('users/g-user')).json).toMatchObject({ groups: [] });
      expect((await call('DELETE', 'groups/g-1')).status).toBe(404);
    });
  });

  describe('pre-shared keys', () => {
    it('are issued once, shown once, and revoked once', async () => {
      await givenUser(app, 'k-1');
      const issued = await call('POST', 'users/k-1/psk', {
        body: { description: 'laptop', validUntil: '2999-01-01T00:00:00+01:00' },
      });
      expect(issued.status).toBe(201);
      expect(issued.headers['cache-control']).toBe('no-store');
      expect(issued.json).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        psk: expect.stringMatching(/^gpu_/),
        userId: 'k-1',
        description: 'laptop',
        validUntil: '2998-12-31T23:00:00.000Z',
        createdAt: expect.stringMatching(TIME),
      });
      const { id, psk } = issued.json as { id: string; psk: string };
      expect((await app.request('GET', `${BASE}/events`, { psk })).status).toBe(200);
      expect((await call('POST', 'users/k-1/psk')).status).toBe(409);

      const revoked = await call('DELETE', `psks/${id}`);
      expect([revoked.status, revoked.text]).toEqual([204, '']);
      expect((await app.request('GET', `${BASE}/events`, { psk })).status).toBe(401);
      expect((await call('DELETE', `psks/${id}`)).status).toBe(404);
      expect((await call('POST', 'users/k-1/psk', { body: {} })).status).toBe(201);

      const log = JSON.stringify(await readLog(app.store), (_, value: unknown) =>
        typeof value === 'bigint' ? value.toString() : value,
      );
      expect(log.includes(psk) || app.log.some((line) => line.includes(psk))).toBe(false);
    });

    it('are not issued under an idempotency key: the answer could not be given again', async () => {
      await givenUser(app, 'k-2');
      const answer = await call('POST', 'users/k-2/psk', { headers: { 'idempotency-key': 'once' } });
      expect(answer.status).toBe(422);
      expect(answer.json).toMatchObject({ errors: [{ pointer: '/header/Idempotency-Key' }] });
    });

    it.each([
      [{ validUntil: '2020-01-01T00:00:00Z' }],
      [{ validUntil: 'soon' }],
      [{ validUntil: '2999-01-01' }],
      [{ validUntil: 5 }],
      [{ description: '' }],
      [{ description: ['laptop'] }],
      [{ user: 'k-3' }],
    ])('are refused with %j', async (body) => {
      await givenUser(app, 'k-3');
      expect((await call('POST', 'users/k-3/psk', { body })).status).toBe(422);
    });

    it('are not found where there are none', async () => {
      expect((await call('POST', `users/${NOBODY}/psk`)).status).toBe(404);
      expect((await call('DELETE', `psks/${NOBODY}`)).status).toBe(404);
      expect((await call('DELETE', 'psks/none')).status).toBe(404);
    });
  });

  describe('who may', () => {
    const calls: readonly [string, string, unknown][] = [
      ['GET', 'users', undefined],
      ['GET', 'users/w-1', undefined],
      ['PUT', 'users/w-1', { username: 'w' }],
      ['POST', 'users/w-1/psk', {}],
      ['GET', 'groups', undefined],
      ['GET', 'groups/risk', undefined],
      ['PUT', 'groups/risk', { name: 'Model risk' }],
      ['DELETE', 'groups/risk', undefined],
      ['DELETE', `psks/${NOBODY}`, undefined],
      ['GET', 'audit', undefined],
    ];
    let userPsk: string;
    let adminPsk: string;

    beforeAll(async () => {
      await givenUser(app, 'w-1');
      await givenPsk(app, 'w-1');
      ({ psk: userPsk } = await givenUserWithPsk(app, 'w-2', { roles: ['nx1_engineer'] }));
      ({ psk: adminPsk } = await givenUserWithPsk(app, 'w-3', { roles: ['governance-admin'] }));
    });

    it.each(calls)('%s %s is refused to users', async (method, path, body) => {
      const answer = await call(method, path, { psk: userPsk, ...(body !== undefined && { body }) });
      expect(answer.status).toBe(403);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.json).toEqual({
        type: 'urn:countersign:problem:admin-required',
        title: 'Admin required',
        status: 403,
        detail: expect.any(String),
        traceId: expect.any(String),
      });
    });

    it.each(calls.filter(([method]) => method === 'GET'))(
      '%s %s is open to administrators',
      async (method, path) => {
        expect((await call(method, path, { psk: adminPsk })).status).toBe(200);
      },
    );

    it.each([
      ['GET', 'users/nobody', undefined, 404],
      ['POST', 'users/nobody/psk', {}, 404],
      ['GET', 'groups/nothing', undefined, 404],
      ['DELETE', 'groups/nothing', undefined, 404],
      ['PUT', 'users/w-1', { name: 'w' }, 422],
      ['PUT', 'groups/risk', {}, 422],
      ['GET', 'users?limit=0', undefined, 422],
      ['GET', 'audit?since=now', undefined, 422],
      ['GET', 'audit?cursor=x', undefined, 422],
    ])(
      '%s %s %j answers users %i: what does not fit or exist comes before what they may',
      async (method, path, body, status) => {
        const answer = await call(method, path, { psk: userPsk, ...(body !== undefined && { body }) });
        expect(answer.status).toBe(status);
      },
    );
  });
});
