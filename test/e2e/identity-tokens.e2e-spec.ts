import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import { alice, probe, startIdentityApp, type IdentityApp } from '../support/identity-app.js';
import { newKeyPair, type SigningKeyPair } from '../support/openid-provider.js';

type Json = Readonly<Record<string, unknown>>;

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = (): number => Math.floor(Date.now() / 1000);

let app: IdentityApp;
/** A server of an attacker's, that serves his key to whoever follows his links. */
let attacker: Server;
let attackerHits = 0;
let attackerKey: SigningKeyPair;

beforeAll(async () => {
  app = await startIdentityApp();
  attackerKey = await newKeyPair('k1');
  attacker = createServer((_request, response) => {
    attackerHits++;
    response.end(JSON.stringify({ keys: [attackerKey.publicJwk] }));
  });
  attacker.listen(0, '127.0.0.1');
  await once(attacker, 'listening');
});

afterAll(async () => {
  attacker.close();
  await app.stop();
});

const attackerUrl = (): string => `http://127.0.0.1:${(attacker.address() as AddressInfo).port}/jwks`;
const good = (): Record<string, unknown> => app.provider.claims(alice);
/** The good claims, some changed; `undefined` takes one out. */
const signed = (changes: Json = {}, header: Json = {}): Promise<string> =>
  app.provider.sign({ ...good(), ...changes }, header);
const unsigned = (header: Json, signature = ''): string =>
  `${encode({ typ: 'JWT', kid: 'k1', ...header })}.${encode(good())}.${signature}`;

const hs256WithPublicKey = (text: string): string => {
  const [header, payload] = unsigned({ alg: 'HS256' }).split('.');
  const signature = createHmac('sha256', text).update(`${header}.${payload}`).digest('base64url');
  return `${header}.${payload}.${signature}`;
};
const publicPem = (): string =>
  createPublicKey({ key: app.provider.key.publicJwk as JsonWebKey, format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();

const expectRefused = (answer: Answer, word: 'invalid' | 'expired'): void => {
  expect(answer.json).toStrictEqual({ error: 'Invalid or expired credential', code: 401 });
  expect(answer.status).toBe(401);
  expect(answer.headers['www-authenticate']).toBe(
    `Bearer realm="governance", error="invalid_token", error_description="${word}"`,
  );
  expect(answer.headers['cache-control']).toBe('no-store');
};

describe('a token that is accepted', () => {
  it("is the provider's own", async () => {
    const answer = await probe(app, { token: await app.provider.token(alice) });
    expect(answer.status).toBe(200);
  });

  it.each<[string, () => Json, Json?]>([
    ['is for several audiences', () => ({ aud: ['account', 'countersign'] })],
    ['is for one audience', () => ({ aud: 'countersign' })],
    ['expired within the skew', () => ({ exp: seconds() - 3 })],
    ['begins within the skew', () => ({ nbf: seconds() + 3 })],
    ['was issued ahead within the skew', () => ({ iat: seconds() + 3 })],
    ['names an attacker as its key, who is not asked', () => ({}), { jku: 'attacker', x5u: 'attacker' }],
    ['has no session, no jti and no application', () => ({ sid: undefined, jti: undefined, azp: undefined })],
    ['has no roles', () => ({ realm_access: undefined, resource_access: undefined })],
    ['has roles as text', () => ({ realm_access: { roles: 'governance-admin' } })],
    ['has roles inside roles', () => ({ realm_access: { roles: [['governance-admin']] } })],
    ['has numbers for roles', () => ({ realm_access: { roles: [1, null] } })],
    ['has a text for realm_access', () => ({ realm_access: 'governance-admin' })],
    ['has a list for resource_access', () => ({ resource_access: ['countersign'] })],
    ['has a text for a client', () => ({ resource_access: { countersign: 'admin' } })],
    ['has groups, names and scope of wrong types', () => ({ groups: 'x', name: 5, email: [], scope: {} })],
    ['speaks of a prototype', () => ({ resource_access: { __proto__: { roles: ['x'] }, constructor: 1 } })],
  ])('%s', async (_, changes, header = {}) => {
    const answer = await probe(app, { token: await signed(changes(), header) });
    expect(answer.status).toBe(200);
    expect(attackerHits).toBe(0);
  });

  it('with roles as text gives no role', async () => {
    const token = await signed({ realm_access: { roles: 'governance-admin' }, sub: 'u-text' });
    const answer = await app.request('GET', '/api/admin/psks', { token });
    expect(answer.status).toBe(403);
  });

  it('of an administrator makes him one', async () => {
    const token = await signed({ realm_access: { roles: ['governance-admin'] }, sub: 'u-admin' });
    const answer = await app.request('GET', '/api/admin/psks', { token });
    expect(answer.status).toBe(200);
  });
});

describe('a token that is refused', () => {
  it.each<[string, () => string | Promise<string>, ('invalid' | 'expired')?]>([
    ['has no algorithm (none)', () => unsigned({ alg: 'none' })],
    ['has no algorithm (none), but some signature', () => unsigned({ alg: 'none' }, 'AAAA')],
    ['has no algorithm (nOnE)', () => unsigned({ alg: 'nOnE' }, 'AAAA')],
    ['says RS256 and has an empty signature', () => unsigned({ alg: 'RS256' })],
    ['is signed by HS256 with the public key (PEM)', () => hs256WithPublicKey(publicPem())],
    [
      'is signed by HS256 with the public key (JWK)',
      () => hs256WithPublicKey(JSON.stringify(app.provider.key.publicJwk)),
    ],
    ['is signed by RS512', () => signed({}, { alg: 'RS512' })],
    ['is signed by PS256', () => signed({}, { alg: 'PS256' })],
    ['says rs256', async () => (await signed()).replace(/^[^.]+/, encode({ alg: 'rs256', kid: 'k1' }))],
    ['is signed by another key under the right id', () => app.provider.sign(good(), {}, attackerKey)],
    [
      'brings its key along (jwk)',
      () => app.provider.sign(good(), { jwk: attackerKey.publicJwk }, attackerKey),
    ],
    [
      'points to its key (jku)',
      () => app.provider.sign(good(), { jku: attackerUrl(), x5u: attackerUrl() }, attackerKey),
    ],
    ['names an unknown key', () => signed({}, { kid: 'k9' })],
    ['names no key', () => signed({}, { kid: undefined })],
    ['names a number as its key', () => signed({}, { kid: 1 })],
    ['names __proto__ as its key', () => signed({}, { kid: '__proto__' })],
    [
      'demands an extension (crit)',
      async () => {
        const [, payload, signature] = (await signed()).split('.');
        return `${encode({ alg: 'RS256', kid: 'k1', crit: ['exp'], exp: 1 })}.${payload}.${signature}`;
      },
    ],
    [
      'had its payload changed',
      async () => {
        const [header, , signature] = (await signed()).split('.');
        const roles = { realm_access: { roles: ['governance-admin'] } };
        return `${header}.${encode({ ...good(), ...roles })}.${signature}`;
      },
    ],
    ['is of another issuer', () => signed({ iss: 'https://sso.example.org/realms/tests' })],
    ['is of the issuer with a slash', () => signed({ iss: `${app.provider.issuer}/` })],
    ['is of no issuer', () => signed({ iss: undefined })],
    ['is of a list of issuers', () => signed({ iss: [app.provider.issuer] })],
    ['is for another audience', () => signed({ aud: ['account'] })],
    ['is for an audience that contains ours', () => signed({ aud: 'countersign-2' })],
    ['is for nobody', () => signed({ aud: undefined })],
    ['is for an empty list', () => signed({ aud: [] })],
    ['has expired', () => signed({ exp: seconds() - 10 }), 'expired'],
    ['has expired and is of another issuer', () => signed({ exp: 1, iss: 'https://other.example.org' })],
    ['has expired and is for another audience', () => signed({ exp: 1, aud: 'other' })],
    ['never expires', () => signed({ exp: undefined })],
    ['expires at a text', () => signed({ exp: String(seconds() + 300) })],
    ['begins in the future', () => signed({ nbf: seconds() + 60 })],
    ['begins at a text', () => signed({ nbf: '0' })],
    ['was issued in the future', () => signed({ iat: seconds() + 60 })],
    ['does not say when it was issued', () => signed({ iat: null })],
    ['was issued at a text', () => signed({ iat: String(seconds()) })],
    ['was issued before time began', () => signed({ iat: -1e300 })],
    ['is an ID token', () => signed({ typ: 'ID' })],
    ['is a refresh token', () => signed({ typ: 'Refresh' })],
    ['is a logout token', () => signed({ typ: 'Logout', events: { [LOGOUT_EVENT]: {} } })],
    ['does not say what it is', () => signed({ typ: undefined })],
    ['is of nobody', () => signed({ sub: undefined })],
    ['is of an empty name', () => signed({ sub: '' })],
    ['is of somebody who would be the platform', () => signed({ sub: 'platform' })],
    ['is of a number', () => signed({ sub: 1 })],
    ['is of a name with a NUL', () => signed({ sub: 'u-alice\0' })],
    ['is of a name without end', () => signed({ sub: 'u'.repeat(256) })],
    ['has 9 KiB', () => signed({ padding: 'x'.repeat(9 * 1024) })],
    ['is nothing but dots', () => '..'],
    ['has a header that is no JSON', async () => (await signed()).replace(/^[^.]+/, 'eyJ')],
    ['has a header that is a list', async () => (await signed()).replace(/^[^.]+/, encode([]))],
    ['has a payload that is a text', () => `${encode({ alg: 'RS256', kid: 'k1' })}.${encode('x')}.AAAA`],
    ['has a payload that is null', () => `${encode({ alg: 'RS256', kid: 'k1' })}.${encode(null)}.AAAA`],
    ['is plain base64', async () => `${(await signed()).slice(0, -1)}=`],
  ])('%s', async (_, make, word = 'invalid') => {
    expectRefused(await probe(app, { token: await make() }), word);
    expect(attackerHits).toBe(0);
  });

  it('stands in the key header', async () => {
    const answer = await probe(app, { psk: await signed() });
    expect(answer.json).toStrictEqual({ error: 'Invalid or expired credential', code: 401 });
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer realm="governance", error="invalid_token", PSK realm="governance"',
    );
  });

  it.each(['access_token', 'token', 'authorization'])('stands in the query (%s)', async (name) => {
    const path = `/api/models/churn/deployments?${name}=${await signed()}`;
    const answer = await app.request('GET', path);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="governance"');
  });

  it('stands beside a second one', async () => {
    const token = await signed();
    const answer = await probe(app, {
      headers: { authorization: [`Bearer ${token}`, `Bearer ${token}`] },
    });
    expect(answer.status).toBe(400);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="governance", error="invalid_request"');
  });

  it('stands beside a key, each good by itself', async () => {
    const answer = await probe(app, { token: await signed(), psk: app.platformPsk });
    expect(answer.status).toBe(400);
  });

  it('was good until it expired, though it is remembered', async () => {
    const token = await signed({ exp: seconds() + 100 });
    expect((await probe(app, { token })).status).toBe(200);
    app.clock.advance(120);
    const answer = await probe(app, { token });
    app.clock.advance(-120);
    expectRefused(answer, 'expired');
  });

  it('leaves no trace of itself in the log', async () => {
    const token = await signed({ aud: 'other' });
    await probe(app, { token });
    expect(app.log.join('')).not.toContain(token.split('.')[2]);
  });
});

describe('applications', () => {
  let strict: IdentityApp;
  beforeAll(async () => {
    strict = await startIdentityApp({ ALLOWED_AZP: 'portal,console' });
  });
  afterAll(() => strict.stop());

  it.each([
    ['on the list', 'console', 200],
    ['not on the list', 'a-web-app', 401],
    ['unnamed', undefined, 401],
  ])('%s', async (_, azp, status) => {
    const token = await strict.provider.sign({ ...strict.provider.claims(alice), azp });
    expect((await probe(strict, { token })).status).toBe(status);
  });
});
