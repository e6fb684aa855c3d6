import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mintPsk } from '../../src/platform/auth/psk-format.js';
import { startApp, type App } from '../support/app.js';
import { givenDeployment, givenPsk, givenUser, givenUserWithPsk } from '../support/governed.js';
import type { Answer, RequestOptions } from '../support/http-client.js';
import { alice, probe, startIdentityApp, type IdentityApp } from '../support/identity-app.js';

let app: IdentityApp;
beforeAll(async () => {
  // Many wrong keys come from one address here.
  app = await startIdentityApp({ PSK_FAILURES_PER_MINUTE: '100000' });
  await givenDeployment(app, 'prod', { roles: ['nx1_engineer'] });
});
afterAll(() => app.stop());

const CHALLENGES = 'Bearer realm="governance", error="invalid_token", PSK realm="governance"';
const expectRefused = (answer: Answer): void => {
  expect(answer.status).toBe(401);
  expect(answer.json).toStrictEqual({ error: 'Invalid or expired credential', code: 401 });
  expect(answer.headers['www-authenticate']).toBe(CHALLENGES);
  expect(answer.headers['cache-control']).toBe('no-store');
};
/** What the decision endpoint says of a credential. */
const reasonFor = async (value: string): Promise<unknown> => {
  const answer = await app.request('POST', '/api/authz/decisions', {
    psk: app.platformPsk,
    body: {
      subject: { type: 'credential', value },
      action: 'invoke',
      resource: { model: 'churn', deployment: 'prod' },
    },
  });
  return answer.json.reason;
};
const own = (method: string, path: string, body?: unknown): Promise<Answer> =>
  app.provider
    .token(alice)
    .then((token) =>
      app.request(method, `/api/user/psk${path}`, { token, ...(body === undefined ? {} : { body }) }),
    );

describe('a key that is accepted', () => {
  let psk: string;
  beforeAll(async () => {
    ({ psk } = await givenUserWithPsk(app, 'u-accepted', { roles: ['nx1_engineer'] }));
  });

  it.each<[string, () => RequestOptions]>([
    ['in its own header', () => ({ psk })],
    ['as bearer', () => ({ token: psk })],
    ['by the PSK scheme', () => ({ headers: { authorization: `psk ${psk}` } })],
    ['of the platform', () => ({ psk: app.platformPsk })],
    ['of the platform as bearer', () => ({ token: app.platformPsk })],
  ])('%s', async (_, options) => {
    expect((await probe(app, options())).status).toBe(200);
  });

  it('has been used, to the minute', async () => {
    const { psk: key } = await givenUserWithPsk(app, 'u-used');
    const list = async (): Promise<unknown> => {
      const answer = await app.request('GET', '/api/admin/psks?limit=1000', { psk: app.platformPsk });
      return (answer.json as { user_id: string; last_used_at: string | null }[]).find(
        ({ user_id }) => user_id === 'u-used',
      )?.last_used_at;
    };
    expect(await list()).toBeNull();
    await probe(app, { psk: key });
    expect(await list()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });
});

describe('a key that is refused', () => {
  it.each<[string, (psk: string) => string]>([
    ['of a known id with another secret', (psk) => swapSecret(psk)],
    ['of an unknown id', () => mintPsk('gpu').psk],
    ['cut', (psk) => psk.slice(0, -1)],
    ['with a wrong check', (psk) => psk.slice(0, -1) + (psk.endsWith('0') ? '1' : '0')],
    ['in capitals', (psk) => psk.toUpperCase()],
    ['in small letters', (psk) => psk.toLowerCase()],
    ['with more behind it', (psk) => `${psk}x`],
    ["with the platform's prefix", (psk) => psk.replace('gpu_', 'gpp_')],
    ['that is no key at all', () => 'whatever'],
    ['of the platform, in other case', () => app.platformPsk.toUpperCase()],
  ])('%s', async (_, spoil) => {
    const { psk } = await givenUserWithPsk(app, crypto.randomUUID());
    const spoilt = spoil(psk);
    expectRefused(await probe(app, { psk: spoilt }));
    expect(await reasonFor(spoilt)).toBe('invalid_credential');
    expect((await probe(app, { psk })).status).toBe(200);
  });

  it.each(['psk', 'Authorization-PSK', 'token'])('in the query (%s)', async (name) => {
    const { psk } = await givenUserWithPsk(app, crypto.randomUUID());
    const answer = await app.request('GET', `/api/models/churn/deployments?${name}=${psk}`);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="governance"');
    expect(app.log.join('')).not.toContain(psk);
  });

  it('once it has expired, from that moment', async () => {
    await givenUser(app, 'u-expiring', { roles: ['nx1_engineer'] });
    const validUntil = new Date(app.clock.now().getTime() + 60_000).toISOString();
    const { psk } = await givenPsk(app, 'u-expiring', { validUntil });
    expect(await reasonFor(psk)).toBe('role_match');
    app.clock.advance(61);
    expectRefused(await probe(app, { psk }));
    expect(await reasonFor(psk)).toBe('expired_credential');
  });

  it('at once when it is revoked, and after a restart too', async () => {
    const { id, psk } = await givenUserWithPsk(app, 'u-revoked', { roles: ['nx1_engineer'] });
    expect(await reasonFor(psk)).toBe('role_match');
    await app.request('DELETE', `/governance/v1/psks/${id}`, { psk: app.platformPsk });
    expectRefused(await probe(app, { psk }));
    expect(await reasonFor(psk)).toBe('revoked_credential');
    await app.restart();
    expectRefused(await probe(app, { psk }));
  });

  it('while its user is disabled, and no longer', async () => {
    const { psk } = await givenUserWithPsk(app, 'u-disabled', { roles: ['nx1_engineer'] });
    await givenUser(app, 'u-disabled', { roles: ['nx1_engineer'], enabled: false });
    expectRefused(await probe(app, { psk }));
    expect(await reasonFor(psk)).toBe('user_disabled');
    await givenUser(app, 'u-disabled', { roles: ['nx1_engineer'] });
    expect(await reasonFor(psk)).toBe('role_match');
  });

  it('for a role its user no longer holds', async () => {
    const { psk } = await givenUserWithPsk(app, 'u-demoted', { roles: ['nx1_engineer'] });
    expect(await reasonFor(psk)).toBe('role_match');
    await givenUser(app, 'u-demoted', { roles: [] });
    expect(await reasonFor(psk)).toBe('role_missing');
  });
});

describe('the life of a key', () => {
  it('runs through issue, regeneration with and without overlap, and revocation', async () => {
    const first = await own('POST', '', { description: 'laptop' });
    expect(first.status).toBe(201);
    expect(first.headers['cache-control']).toBe('no-store');
    expect((await own('POST', '', { description: null })).status).toBe(409);

    const second = await own('POST', '/regenerate', { description: null, overlap_seconds: 3600 });
    expect(second.status).toBe(201);
    const works = async (answer: Answer): Promise<boolean> =>
      (await probe(app, { psk: answer.json.psk as string })).status === 200;
    expect([await works(first), await works(second)]).toStrictEqual([true, true]);

    const third = await own('POST', '/regenerate', { description: null });
    expect([await works(first), await works(second), await works(third)]).toStrictEqual([false, false, true]);
    expect(await reasonFor(second.json.psk as string)).toBe('revoked_credential');

    expect((await own('DELETE', '')).status).toBe(204);
    expect(await works(third)).toBe(false);
    expect((await own('DELETE', '')).status).toBe(404);
    expect((await own('GET', '')).status).toBe(404);
    expect((await own('POST', '/regenerate', { description: null })).status).toBe(404);
    expect((await own('POST', '', { description: null })).status).toBe(201);
  });

  it('an overlap ends by itself', async () => {
    await own('DELETE', '');
    const first = (await own('POST', '', { description: null })).json.psk as string;
    await own('POST', '/regenerate', { description: null, overlap_seconds: 60 });
    expect((await probe(app, { psk: first })).status).toBe(200);
    app.clock.advance(60);
    expectRefused(await probe(app, { psk: first }));
  });

  it('is not in the hands of a key', async () => {
    const { psk } = await givenUserWithPsk(app, 'u-by-key');
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['POST', '/regenerate'],
      ['DELETE', ''],
    ] as const) {
      const answer = await app.request(method, `/api/user/psk${path}`, {
        psk,
        ...(method === 'POST' ? { body: { description: null } } : {}),
      });
      expect(answer.status).toBe(403);
      expect(answer.headers).not.toHaveProperty('www-authenticate');
    }
  });

  it('begins for known users only', async () => {
    const answer = await app.request('POST', '/governance/v1/users/u-nobody/psk', {
      psk: app.platformPsk,
      body: {},
    });
    expect(answer.status).toBe(404);
  });

  it('survives two who issue at the same time: one of them is refused', async () => {
    await givenUser(app, 'u-raced');
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        app.request('POST', '/governance/v1/users/u-raced/psk', { psk: app.platformPsk, body: {} }),
      ),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toStrictEqual([
      201, 409, 409, 409, 409,
    ]);
  });
});

describe('secrets', () => {
  it('are in no file of the data folder and in no line of the log', async () => {
    const { psk } = await givenUserWithPsk(app, 'u-secret');
    await probe(app, { psk });
    await probe(app, { psk: `${psk}x` });
    const secret = psk.split('_')[2] ?? '';
    expect(secret).toHaveLength(49);
    const files = await readdir(app.dataDir);
    expect(files).toContain('events.db');
    for (const file of files) {
      const bytes = await readFile(join(app.dataDir, file));
      for (const text of [secret, secret.slice(0, 43), app.platformPsk]) {
        expect(bytes.includes(text)).toBe(false);
      }
    }
    expect(app.log.join('')).not.toContain(secret);
    expect(app.log.join('')).not.toContain(app.platformPsk);
  });
});

describe('wrong keys', () => {
  let limited: App;
  beforeAll(async () => {
    limited = await startApp();
  });
  afterAll(() => limited.stop());

  it('are answered 429 from the twenty-first in a minute; right ones and tokens are not', async () => {
    const { psk } = await givenUserWithPsk(limited, 'u-guessed');
    const wrong = Array.from({ length: 20 }, () => mintPsk('gpu').psk);
    for (const key of wrong) expect((await probe(limited, { psk: key })).status).toBe(401);
    const answer = await probe(limited, { psk: mintPsk('gpu').psk });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await probe(limited, { psk })).status).toBe(200);
    expect((await probe(limited, { psk: limited.platformPsk })).status).toBe(200);
    expect((await probe(limited, { token: 'a.b.c' })).status).toBe(401);
    const check = await limited.request('GET', '/authz/check/api/models/churn/deployments/x/run/y', {
      psk: mintPsk('gpu').psk,
    });
    expect(check.status).toBe(403);
  });
});

/** The same public id before another, well-formed secret. */
const swapSecret = (psk: string): string => {
  const publicId = psk.split('_')[1] ?? '';
  const secret = 'A'.repeat(43);
  return withCheck(`gpu_${publicId}_${secret}`);
};

const withCheck = (unchecked: string): string => {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let check = '';
  for (let rest = crc32(unchecked); check.length < 6; rest = Math.floor(rest / 62))
    check = alphabet.charAt(rest % 62) + check;
  return unchecked + check;
};
