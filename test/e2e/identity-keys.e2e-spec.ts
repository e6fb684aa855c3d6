import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp } from '../support/app.js';
import { alice, condition, probe, startIdentityApp, type IdentityApp } from '../support/identity-app.js';
import { OpenIdProvider, type KeySetFault } from '../support/openid-provider.js';

const REFRESH = { JWKS_REFRESH_SECONDS: '1' };

const FAULTS: readonly KeySetFault[] = ['down', 'error', 'garbage', 'empty', 'huge', 'redirect'];

const statusOf = async (app: IdentityApp, token: string): Promise<number> =>
  (await probe(app, { token })).status;

describe('while the provider has never given a key set', () => {
  let app: IdentityApp;
  beforeAll(async () => {
    const provider = await OpenIdProvider.start();
    provider.fault = 'down';
    app = await startIdentityApp(REFRESH, provider);
  });
  afterAll(() => app.stop());

  it.each(FAULTS)('nobody can say whose token it is: the key set is %s', async (fault) => {
    app.provider.fault = fault;
    const answer = await probe(app, { token: await app.provider.token(alice) });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect(answer.headers).not.toHaveProperty('www-authenticate');
  });

  it('a bad form of token is refused all the same', async () => {
    expect(await statusOf(app, 'a.b.c')).toBe(401);
  });

  it('keys go on working', async () => {
    expect((await probe(app, { psk: app.platformPsk })).status).toBe(200);
  });

  it('tokens work as soon as it is there', async () => {
    app.provider.fault = 'none';
    const token = await app.provider.token(alice);
    await condition(async () => (await statusOf(app, token)) === 200);
  });
});

describe('once the provider has given a key set', () => {
  let app: IdentityApp;
  beforeAll(async () => {
    app = await startIdentityApp(REFRESH);
  });
  afterEach(() => {
    app.provider.fault = 'none';
  });
  afterAll(() => app.stop());

  it.each<KeySetFault>([...FAULTS, 'slow'])('the last good one serves while it is %s', async (fault) => {
    app.provider.fault = fault;
    const fetches = app.provider.keySetFetches;
    await condition(() => app.provider.keySetFetches > fetches);
    const [remembered, fresh] = [await app.provider.token(alice), await app.provider.token(alice)];
    expect(await statusOf(app, remembered)).toBe(200);
    expect(await statusOf(app, remembered)).toBe(200);
    expect(await statusOf(app, fresh)).toBe(200);
  });

  it('fifty made-up keys cost two fetches at most, and a key rotated in meanwhile is found', async () => {
    const forged = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        app.provider.sign(app.provider.claims(alice), { kid: `made-up-${i}` }),
      ),
    );
    const before = app.provider.keySetFetches;
    const statuses = await Promise.all(forged.map((token) => statusOf(app, token)));
    expect(new Set(statuses)).toStrictEqual(new Set([401]));
    // One for all of them, and perhaps the refresh that falls due every second.
    expect(app.provider.keySetFetches - before).toBeLessThanOrEqual(2);
    await app.provider.rotate('k2');
    expect(await statusOf(app, await app.provider.token(alice))).toBe(200);
  });

  it('tokens of a passive key go on, and stop when it is withdrawn', async () => {
    const old = await app.provider.token(alice);
    const oldKey = app.provider.key.kid;
    await app.provider.rotate('k3');
    const fresh = await app.provider.token(alice);
    expect([await statusOf(app, old), await statusOf(app, fresh)]).toStrictEqual([200, 200]);
    await app.provider.withdraw(oldKey);
    await condition(async () => (await statusOf(app, old)) === 401);
    expect(await statusOf(app, fresh)).toBe(200);
  });
});

describe('the place of the key set', () => {
  it('may be configured, and discovery is not asked then', async () => {
    const provider = await OpenIdProvider.start();
    provider.discoverable = false;
    const app = await startIdentityApp({ KEYCLOAK_JWKS_URI: provider.jwksUri }, provider);
    expect(await statusOf(app, await provider.token(alice))).toBe(200);
    await app.stop();
  });

  it('is nowhere when discovery fails and none is configured', async () => {
    const provider = await OpenIdProvider.start();
    provider.discoverable = false;
    const app = await startIdentityApp({}, provider);
    expect(await statusOf(app, await provider.token(alice))).toBe(503);
    await app.stop();
  });
});

describe('without an issuer', () => {
  it('the service starts, keys work and every token is refused', async () => {
    const provider = await OpenIdProvider.start();
    const app = await startApp();
    expect((await probe(app, { psk: app.platformPsk })).status).toBe(200);
    const answer = await probe(app, { token: await provider.token(alice) });
    expect(answer.status).toBe(401);
    expect(answer.json).toStrictEqual({ error: 'Invalid or expired credential', code: 401 });
    expect(provider.keySetFetches).toBe(0);
    await app.stop();
    await provider.close();
  });
});
