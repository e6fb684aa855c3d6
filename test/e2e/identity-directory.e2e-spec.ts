import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import { probe, startIdentityApp, type IdentityApp } from '../support/identity-app.js';
import type { Person } from '../support/openid-provider.js';

type Json = Readonly<Record<string, unknown>>;

let app: IdentityApp;
beforeAll(async () => {
  app = await startIdentityApp();
});
afterAll(() => app.stop());

const admin = (method: string, path: string, body?: unknown): Promise<Answer> =>
  app.request(method, `/governance/v1/${path}`, {
    psk: app.platformPsk,
    ...(body === undefined ? {} : { body }),
  });
const user = async (person: Person): Promise<Json> =>
  (await admin('GET', `users/${person.sub}`)).json as Json;
/** He comes with a token that says this of him. */
const comes = async (person: Person, claims: Json = {}): Promise<number> => {
  const token = await app.provider.sign({ ...app.provider.claims(person), ...claims });
  return (await probe(app, { token })).status;
};
const eventsOf = async (person: Person): Promise<readonly Json[]> => {
  const answer = await admin('GET', `audit?entityType=user&entityId=${person.sub}&order=asc`);
  return answer.json.items as Json[];
};
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

describe('who comes with a token', () => {
  it('is in the directory from his first request on', async () => {
    const dora: Person = {
      sub: 'u-dora',
      username: 'dora',
      roles: ['nx1_ask'],
      claims: {
        resource_access: { countersign: { roles: ['own'] }, account: { roles: ['x'] } },
        groups: ['/ml'],
      },
    };
    expect(await comes(dora)).toBe(200);
    expect(await user(dora)).toMatchObject({
      userId: 'u-dora',
      username: 'dora',
      email: 'dora@Example.org',
      firstName: 'Some',
      lastName: 'Body',
      realmRoles: ['nx1_ask'],
      groups: ['/ml'],
      backendRoles: ['nx1_ask', 'own'],
      enabled: true,
      source: 'token',
    });
    const [event] = await eventsOf(dora);
    expect(event).toMatchObject({
      eventType: 'UserRecorded',
      actor: { kind: 'user', id: 'u-dora' },
      credential: { type: 'jwt' },
    });
  });

  it('is recorded again only when something changed', async () => {
    const emil: Person = { sub: 'u-emil', username: 'emil', roles: ['a', 'b'] };
    await comes(emil);
    await comes(emil, { realm_access: { roles: ['b', 'a'] } });
    expect(await eventsOf(emil)).toHaveLength(1);
    await comes(emil, { realm_access: { roles: ['b'] } });
    expect(await eventsOf(emil)).toHaveLength(2);
    expect(await user(emil)).toMatchObject({ realmRoles: ['b'] });
  });

  it('refreshes what an administrator wrote, but stays disabled', async () => {
    const flora: Person = { sub: 'u-flora', username: 'flora', roles: ['nx1_ask'] };
    await admin('PUT', 'users/u-flora', { username: 'f', enabled: false });
    expect(await comes(flora, { iat: inSeconds(2) })).toBe(401);
    await admin('PUT', 'users/u-flora', { username: 'f' });
    expect(await comes(flora, { iat: inSeconds(2) })).toBe(200);
    expect(await user(flora)).toMatchObject({
      username: 'flora',
      realmRoles: ['nx1_ask'],
      source: 'directory',
      enabled: true,
    });
  });

  it('cannot bring back by an older token what an administrator took away', async () => {
    const greta: Person = { sub: 'u-greta', username: 'greta', roles: ['nx1_engineer'] };
    await comes(greta);
    await admin('PUT', 'users/u-greta', { username: 'greta', realmRoles: [] });
    await comes(greta, { iat: inSeconds(-60) });
    expect(await user(greta)).toMatchObject({ realmRoles: [] });
  });

  it('is refused at once when he is disabled, though his token is remembered', async () => {
    const hugo: Person = { sub: 'u-hugo', username: 'hugo' };
    const token = await app.provider.sign(app.provider.claims(hugo));
    expect((await probe(app, { token })).status).toBe(200);
    await admin('PUT', 'users/u-hugo', { username: 'hugo', enabled: false });
    expect((await probe(app, { token })).status).toBe(401);
    await admin('PUT', 'users/u-hugo', { username: 'hugo', enabled: true });
    expect((await probe(app, { token })).status).toBe(200);
  });
});

describe('groups', () => {
  it('must be known to take members, and leave them when they are deleted', async () => {
    const unknown = await admin('PUT', 'users/u-ida', { username: 'ida', groups: ['risk', 'ops'] });
    expect(unknown.status).toBe(422);
    expect(unknown.text).toContain('risk');
    expect((await admin('GET', 'users/u-ida')).status).toBe(404);

    expect((await admin('PUT', 'groups/risk', { name: 'Risk' })).status).toBe(201);
    expect((await admin('PUT', 'groups/ops', { name: 'Operations' })).status).toBe(201);
    await admin('PUT', 'users/u-ida', { username: 'ida', groups: ['risk', 'ops'] });
    await admin('PUT', 'users/u-jan', { username: 'jan', groups: ['risk'] });
    expect((await admin('GET', 'groups/risk')).json).toStrictEqual({
      groupId: 'risk',
      name: 'Risk',
      members: ['u-ida', 'u-jan'],
    });

    expect((await admin('DELETE', 'groups/risk')).status).toBe(204);
    expect((await admin('GET', 'groups/risk')).status).toBe(404);
    expect((await admin('DELETE', 'groups/risk')).status).toBe(404);
    expect((await admin('GET', 'users/u-ida')).json.groups).toStrictEqual(['ops']);
    const events = await eventsOf({ sub: 'u-jan', username: 'jan' });
    expect(events.map(({ eventType }) => eventType)).toStrictEqual(['UserRecorded', 'UserLeftGroup']);

    await admin('PUT', 'groups/risk', { name: 'Risk' });
    expect((await admin('GET', 'groups/risk')).json.members).toStrictEqual([]);
  });

  it('of tokens are kept as they are, also when no group has that id', async () => {
    const kim: Person = { sub: 'u-kim', username: 'kim', claims: { groups: ['/nowhere'] } };
    await comes(kim);
    expect((await admin('DELETE', 'groups/%2Fnowhere')).status).toBe(404);
    expect(await user(kim)).toMatchObject({ groups: ['/nowhere'] });
  });
});

describe('the directory', () => {
  it('is searched by part of id, name or address, without case, in pages that do not shift', async () => {
    for (let i = 0; i < 5; i++)
      await admin('PUT', `users/u-many-${i}`, { username: `MÄNNY${i}`, email: `${i}@many.example.org` });
    const first = await admin('GET', `users?search=${encodeURIComponent('männy')}&limit=2`);
    expect(first.json.items.map((item: Json) => item['userId'])).toStrictEqual(['u-many-0', 'u-many-1']);
    await admin('PUT', 'users/u-many-9', { username: 'männy9' });
    const page = await admin(
      'GET',
      `users?search=${encodeURIComponent('männy')}&limit=10&cursor=${encodeURIComponent(first.json.next as string)}`,
    );
    expect(page.json.items.map((item: Json) => item['userId'])).toStrictEqual([
      'u-many-2',
      'u-many-3',
      'u-many-4',
    ]);
    expect(page.json.next).toBeNull();
    const byAddress = await admin('GET', 'users?search=3@MANY');
    expect(byAddress.json.items).toHaveLength(1);
    expect((await admin('GET', 'users?search=100%25')).json.items).toStrictEqual([]);
  });
});
