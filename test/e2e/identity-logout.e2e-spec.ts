import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import { probe, startIdentityApp, type IdentityApp } from '../support/identity-app.js';
import { CLIENT_ID, newKeyPair, type Person } from '../support/openid-provider.js';

type Json = Readonly<Record<string, unknown>>;

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

let app: IdentityApp;
beforeAll(async () => {
  app = await startIdentityApp();
});
afterAll(() => app.stop());

let people = 0;
const somebody = (claims: Json = {}): Person => {
  const name = `person-${people++}`;
  return { sub: `u-${name}`, username: name, claims: { sid: `session-of-${name}`, ...claims } };
};
const accessToken = (person: Person, claims: Json = {}): Promise<string> =>
  app.provider.sign({ ...app.provider.claims(person), ...claims });
/** As Keycloak makes them, some claims changed; `undefined` takes one out. */
const logoutToken = (claims: Json = {}, header: Json = {}): Promise<string> => {
  const now = Math.floor(Date.now() / 1000);
  return app.provider.sign(
    {
      iss: app.provider.issuer,
      aud: CLIENT_ID,
      iat: now,
      exp: now + 120,
      jti: crypto.randomUUID(),
      typ: 'Logout',
      sid: 'no-session-of-anybody',
      events: { [EVENT]: {} },
      ...claims,
    },
    { typ: 'logout+jwt', ...header },
  );
};
const form = (body: string, type = 'application/x-www-form-urlencoded'): Promise<Answer> =>
  app.request('POST', '/auth/backchannel-logout', { headers: { 'content-type': type }, rawBody: body });
const logOut = async (claims: Json = {}, header: Json = {}): Promise<Answer> =>
  form(`logout_token=${await logoutToken(claims, header)}`);
const statusOf = async (token: string): Promise<number> => (await probe(app, { token })).status;

describe('a sign-out', () => {
  it('ends the tokens of its session at once, known and unknown ones, and no others', async () => {
    const person = somebody();
    const known = await accessToken(person);
    const unknown = await accessToken(person);
    const elsewhere = await accessToken(person, { sid: 'another-session' });
    expect([await statusOf(known), await statusOf(elsewhere)]).toStrictEqual([200, 200]);

    const answer = await logOut({ sid: person.claims?.['sid'], sub: person.sub });
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('');
    expect(answer.headers['cache-control']).toBe('no-store');

    expect(await statusOf(known)).toBe(401);
    expect(await statusOf(unknown)).toBe(401);
    expect(await statusOf(elsewhere)).toBe(200);
  });

  it('of a user ends all his tokens issued before, and no later ones', async () => {
    const person = somebody();
    const before = await accessToken(person);
    const other = await accessToken(somebody());
    const now = Math.floor(Date.now() / 1000);
    expect((await logOut({ sid: undefined, sub: person.sub })).status).toBe(200);
    expect(await statusOf(before)).toBe(401);
    expect(await statusOf(other)).toBe(200);
    expect(await statusOf(await accessToken(person, { iat: now + 3 }))).toBe(200);
  });

  it('outlives a restart', async () => {
    const person = somebody();
    const token = await accessToken(person);
    await logOut({ sid: person.claims?.['sid'] });
    await app.restart();
    expect(await statusOf(token)).toBe(401);
  });

  it('leaves the keys of the user alone, and says "revoked" where decisions are asked for', async () => {
    const person = somebody();
    const token = await accessToken(person);
    const { json } = await app.request('POST', '/api/user/psk', { token, body: { description: null } });
    await logOut({ sid: undefined, sub: person.sub });
    expect((await probe(app, { psk: json.psk as string })).status).toBe(200);
    const decision = await app.request('POST', '/api/authz/decisions', {
      psk: app.platformPsk,
      body: {
        subject: { type: 'credential', value: token },
        action: 'manage',
        resource: { model: 'churn', deployment: 'prod' },
      },
    });
    expect(decision.json.reason).toBe('revoked_credential');
  });

  it.each<[string, Json, Json?]>([
    ['has no typ header', {}, { typ: undefined }],
    ['has the plain header', {}, { typ: 'JWT' }],
    ['has no typ claim, which is Keycloak’s own', { typ: undefined }],
    ['is for several clients', { aud: ['other', CLIENT_ID] }],
  ])('is taken when its token %s', async (_, claims, header = {}) => {
    expect((await logOut(claims, header)).status).toBe(200);
  });
});

describe('a sign-out is refused when its token', () => {
  it.each<[string, Json, Json?]>([
    ['is for the audience of access tokens only', { aud: 'account' }],
    ['is of another issuer', { iss: 'https://other.example.org' }],
    ['has expired', { exp: 1 }],
    ['never expires', { exp: undefined }],
    ['does not say when it was issued', { iat: undefined }],
    ['was issued in the future', { iat: Math.floor(Date.now() / 1000) + 3600 }],
    ['has no id', { jti: undefined }],
    ['names neither session nor user', { sid: undefined }],
    ['has a nonce', { nonce: 'n' }],
    ['has no event', { events: undefined }],
    ['has another event', { events: { 'http://example.org/event': {} } }],
    ['has the event as text', { events: { [EVENT]: 'yes' } }],
    ['is an access token', { typ: 'Bearer' }],
    ['is an ID token', { typ: 'ID' }],
    ['has the header of an access token', {}, { typ: 'at+jwt' }],
    ['names an unknown key', {}, { kid: 'k9' }],
    ['names no key', {}, { kid: undefined }],
  ])('%s', async (_, claims, header = {}) => {
    const answer = await logOut(claims, header);
    expect(answer.status).toBe(400);
    expect(answer.json).toStrictEqual({
      error: 'invalid_request',
      error_description: 'The logout token is invalid',
    });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('was used before', async () => {
    const token = await logoutToken({ sid: 'once' });
    expect((await form(`logout_token=${token}`)).status).toBe(200);
    expect((await form(`logout_token=${token}`)).status).toBe(400);
  });

  it('is signed by another key', async () => {
    const person = somebody();
    const access = await accessToken(person);
    const now = Math.floor(Date.now() / 1000);
    const forged = await app.provider.sign(
      {
        iss: app.provider.issuer,
        aud: CLIENT_ID,
        iat: now,
        exp: now + 60,
        jti: 'j',
        sub: person.sub,
        events: { [EVENT]: {} },
      },
      {},
      await newKeyPair('k1'),
    );
    expect((await form(`logout_token=${forged}`)).status).toBe(400);
    expect(await statusOf(access)).toBe(200);
  });

  it.each([
    ['missing', 'other=1'],
    ['empty', 'logout_token='],
    ['there twice', 'logout_token=a.b.c&logout_token=a.b.c'],
    ['no token', 'logout_token=x'],
    ['too long', `logout_token=${'x'.repeat(9000)}.b.c`],
  ])('is %s', async (_, body) => {
    expect((await form(body)).status).toBe(400);
  });

  it('comes as JSON', async () => {
    const body = JSON.stringify({ logout_token: await logoutToken() });
    expect((await form(body, 'application/json')).status).toBe(400);
  });
});
