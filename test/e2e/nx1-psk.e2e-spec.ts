import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer, RequestOptions } from '../support/http-client.js';
import { ADMIN, ALICE, ENGINEER, Nx1People, OTHER } from '../support/nx1-people.js';
import type { Person } from '../support/openid-provider.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const KEY = /^gpu_[0-9A-Za-z]{12}_[0-9A-Za-z]+$/;

let people: Nx1People;
beforeAll(async () => {
  people = await Nx1People.start();
});
afterAll(() => people.stop());

let born = 0;
/** Somebody who has no key yet. */
const newcomer = (): Person => {
  const number = String(++born).padStart(12, '0');
  return { sub: `99999999-9999-4999-8999-${number}`, username: `newcomer-${born}` };
};

const call = async (
  person: Person,
  method: string,
  path = '/api/user/psk',
  options: RequestOptions = {},
): Promise<Answer> => people.app.request(method, path, { ...(await people.token(person)), ...options });

const opens = async (psk: string): Promise<boolean> =>
  (await people.app.request('GET', '/api/models/churn/deployments', { psk })).status === 200;

const refusal = (code: number, error: string): [number, object] => [code, { error, code }];

describe("a user's key", () => {
  it('is made, shown once, and works', async () => {
    const person = newcomer();
    const { status, json, headers } = await call(person, 'POST', '/api/user/psk', {
      body: { description: 'nightly scoring' },
    });
    expect([status, json]).toStrictEqual([
      201,
      {
        id: expect.stringMatching(UUID),
        psk: expect.stringMatching(KEY),
        created_at: expect.stringMatching(TIME),
        message: 'Store this key now: it is not shown again.',
        description: 'nightly scoring',
        valid_until: null,
      },
    ]);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-event-position']).toMatch(/^\d+$/);

    const shown = await call(person, 'GET');
    expect([shown.status, shown.json]).toStrictEqual([
      200,
      {
        id: json.id,
        user_id: person.sub,
        created_at: json.created_at,
        updated_at: json.created_at,
        is_active: true,
        description: 'nightly scoring',
        last_used_at: null,
        valid_until: null,
      },
    ]);
    expect(await opens(json.psk)).toBe(true);
    expect((await call(person, 'GET')).json.last_used_at).toMatch(TIME);
  });

  it('is one at a time', async () => {
    const person = newcomer();
    await call(person, 'POST', '/api/user/psk', { body: {} });
    const { status, json } = await call(person, 'POST', '/api/user/psk', { body: {} });
    expect([status, json]).toStrictEqual(refusal(409, 'An active PSK exists already: regenerate it instead'));
  });

  it('is made also for whoever sends no body at all', async () => {
    const { status, json } = await call(newcomer(), 'POST');
    expect([status, json.description]).toStrictEqual([201, null]);
  });

  it('is not there before it is made', async () => {
    const person = newcomer();
    for (const answer of [
      await call(person, 'GET'),
      await call(person, 'DELETE'),
      await call(person, 'POST', '/api/user/psk/regenerate'),
    ])
      expect([answer.status, answer.json]).toStrictEqual(refusal(404, 'PSK not found'));
  });

  it('is replaced by a new one, and stops at once', async () => {
    const person = newcomer();
    const { json: first } = await call(person, 'POST', '/api/user/psk', { body: { description: 'kept' } });
    const { status, json, headers } = await call(person, 'POST', '/api/user/psk/regenerate');
    expect([status, json]).toStrictEqual([
      201,
      {
        ...first,
        id: expect.not.stringMatching(first.id),
        psk: expect.not.stringMatching(first.psk),
        created_at: expect.stringMatching(TIME),
      },
    ]);
    expect(headers['cache-control']).toBe('no-store');
    expect([await opens(first.psk), await opens(json.psk)]).toStrictEqual([false, true]);
    expect((await call(person, 'GET')).json.id).toBe(json.id);
  });

  it('goes on beside its successor for as long as was asked', async () => {
    const person = newcomer();
    const { json: first } = await call(person, 'POST');
    const { json } = await call(person, 'POST', '/api/user/psk/regenerate', {
      body: { overlap_seconds: '60', description: null },
    });
    expect(json.description).toBeNull();
    expect([await opens(first.psk), await opens(json.psk)]).toStrictEqual([true, true]);
  });

  it('does not overlap for longer than a day', async () => {
    const { status, json } = await call(ALICE, 'POST', '/api/user/psk/regenerate', {
      body: { overlap_seconds: 86_401 },
    });
    expect([status, json]).toStrictEqual([
      422,
      {
        detail: [
          {
            type: 'less_than_equal',
            loc: ['body', 'overlap_seconds'],
            msg: 'Input should be less than or equal to 86400',
            input: 86_401,
            ctx: { le: 86_400 },
          },
        ],
      },
    ]);
  });

  it('is revoked, once', async () => {
    const person = newcomer();
    const { json } = await call(person, 'POST');
    const revoked = await call(person, 'DELETE');
    expect([revoked.status, revoked.text]).toStrictEqual([204, '']);
    expect(await opens(json.psk)).toBe(false);
    expect((await call(person, 'DELETE')).status).toBe(404);
    expect((await call(person, 'GET')).status).toBe(404);
  });

  it('may have an end, in the future', async () => {
    const person = newcomer();
    const past = await call(person, 'POST', '/api/user/psk', {
      body: { valid_until: '2020-01-01T00:00:00Z' },
    });
    expect([past.status, past.json]).toStrictEqual(refusal(422, 'The end of validity lies in the past'));
    const { json } = await call(person, 'POST', '/api/user/psk', {
      body: { valid_until: '2999-01-01T01:00:00+01:00' },
    });
    expect(json.valid_until).toBe('2999-01-01T00:00:00Z');
  });

  it.each(['/api/user/psk', '/api/user/psk/regenerate'])(
    'is not made twice, so an idempotency key at %s is refused',
    async (path) => {
      const head = await people.app.store.head();
      const { status, json } = await call(ALICE, 'POST', path, { headers: { 'idempotency-key': 'k' } });
      expect([status, json]).toStrictEqual([
        422,
        {
          detail: [{ type: 'value_error', loc: ['header', 'Idempotency-Key'], msg: expect.any(String) }],
        },
      ]);
      expect(await people.app.store.head()).toBe(head);
    },
  );

  it('stands in no event and no log line', async () => {
    const { json } = await call(newcomer(), 'POST');
    await opens(json.psk);
    const secret = json.psk.split('_').at(-1) as string;
    for await (const event of people.app.store.readAll())
      expect(JSON.stringify([event.data, event.metadata])).not.toContain(secret);
    expect(people.app.log.join('')).not.toContain(secret);
  });
});

describe('managing a key takes a token', () => {
  it.each([
    ['GET', '/api/user/psk'],
    ['POST', '/api/user/psk'],
    ['POST', '/api/user/psk/regenerate'],
    ['DELETE', '/api/user/psk'],
  ])('%s %s', async (method, path) => {
    const keys = [{ psk: people.app.platformPsk }, await people.psk(OTHER)];
    const head = await people.app.store.head();
    for (const key of keys) {
      const { status, json } = await people.app.request(method, path, key);
      expect([status, json]).toStrictEqual(refusal(403, 'A Keycloak token is required to manage a PSK'));
    }
    expect(await people.app.store.head()).toBe(head);
    expect((await people.app.request(method, path)).json).toStrictEqual({
      error: 'Not authenticated',
      code: 401,
    });
  });
});

describe('keys for administrators', () => {
  const admins = async (): Promise<RequestOptions[]> => [
    { psk: people.app.platformPsk },
    await people.token(ADMIN),
    await people.psk(ADMIN),
  ];

  it('are listed, those that no longer work too, oldest first', async () => {
    const person = newcomer();
    const { json: first } = await call(person, 'POST');
    const { json: second } = await call(person, 'POST', '/api/user/psk/regenerate');
    for (const admin of await admins()) {
      const { status, json } = await people.app.request('GET', '/api/admin/psks?limit=1000', admin);
      expect(status).toBe(200);
      const mine = json.filter(({ user_id }: { user_id: string }) => user_id === person.sub);
      expect(mine).toMatchObject([
        { id: first.id, is_active: false },
        { id: second.id, is_active: true },
      ]);
      expect(JSON.stringify(json)).not.toContain('gpu_');
    }
  });

  it('come in pages that do not shift', async () => {
    for (let index = 0; index < 3; index++) await call(newcomer(), 'POST');
    const { json: all } = await people.platform.call('GET', '/api/admin/psks?limit=1000');
    const seen: unknown[] = [];
    let path: string | undefined = '/api/admin/psks?limit=2';
    while (path !== undefined) {
      const page: Answer = await people.platform.call('GET', path);
      seen.push(...page.json.map(({ id }: { id: string }) => id));
      await call(newcomer(), 'POST');
      path = /^<([^>]+)>; rel="next"$/.exec(page.headers['link'] ?? '')?.[1];
    }
    expect(seen).toStrictEqual(all.map(({ id }: { id: string }) => id));
  });

  it('are revoked by their id, once', async () => {
    for (const admin of await admins()) {
      const { json } = await call(newcomer(), 'POST');
      const path = `/api/admin/psks/${json.id.toUpperCase()}`;
      const revoked = await people.app.request('DELETE', path, admin);
      expect([revoked.status, revoked.text]).toStrictEqual([204, '']);
      expect(await opens(json.psk)).toBe(false);
      const again = await people.app.request('DELETE', path, admin);
      expect([again.status, again.json]).toStrictEqual(refusal(404, 'PSK not found'));
    }
  });

  it("are nobody else's business", async () => {
    const text = 'The platform PSK or a governance administrator is required';
    for (const credential of [await people.token(ENGINEER), await people.psk(ENGINEER)]) {
      for (const [method, path] of [
        ['GET', '/api/admin/psks'],
        ['DELETE', '/api/admin/psks/3c90c3cc-0d44-4b50-8888-8dd25736052a'],
      ] as const) {
        const { status, json } = await people.app.request(method, path, credential);
        expect([status, json]).toStrictEqual(refusal(403, text));
      }
    }
  });
});
