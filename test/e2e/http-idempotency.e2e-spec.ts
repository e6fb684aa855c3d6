import { createHash, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EventStoreUnavailable } from '../../src/event-store/event-store.js';
import { startApp, type App } from '../support/app.js';
import { givenDeployment, givenUserWithPsk } from '../support/governed.js';
import type { Answer, RequestOptions } from '../support/http-client.js';

const CREATE = '/api/models/churn/deployments';
const ROLES = '/api/models/churn/deployments/kept/allowed_roles';
const table = { schema: 'features', table: 'customers' };

const creation = (name: string): object => ({
  name,
  model: { model_name: 'churn', model_version: '1' },
  source: table,
  target: table,
  entity_columns: ['id'],
  domain: 'risk',
  owner: 'nobody',
});

/** What must be the same to the byte: all but what belongs to one exchange. */
const essence = ({ status, headers, text }: Answer): object => {
  const kept = { ...headers };
  for (const own of ['date', 'connection', 'x-request-id', 'x-correlation-id', 'idempotent-replayed'])
    delete kept[own];
  return { status, headers: kept, text };
};

describe('a request with an Idempotency-Key', () => {
  let app: App;
  let psk: string;
  let keys = 0;
  const newKey = (): string => `key-${++keys}`;
  const send = (method: string, path: string, key: string, options: RequestOptions = {}) =>
    app.request(method, path, { psk, ...options, headers: { 'idempotency-key': key, ...options.headers } });
  const isReplay = ({ headers }: Answer): boolean => headers['idempotent-replayed'] === 'true';
  const eventTypes = async (): Promise<string[]> => {
    const types: string[] = [];
    for await (const { type } of app.store.readAll()) types.push(type);
    return types;
  };

  beforeAll(async () => {
    app = await startApp();
    psk = app.platformPsk;
    await givenDeployment(app, 'kept');
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => app.stop());

  it('is carried out once and answered again to the byte, also after a restart', async () => {
    const key = newKey();
    const first = await send('POST', CREATE, key, { body: creation('once') });
    const before = await eventTypes();
    const second = await send('POST', CREATE, key, { body: creation('once') });
    await app.restart();
    const third = await send('POST', CREATE, key, { body: creation('once') });

    expect([first.status, isReplay(first)]).toStrictEqual([201, false]);
    expect([isReplay(second), isReplay(third)]).toStrictEqual([true, true]);
    expect(essence(second)).toStrictEqual(essence(first));
    expect(essence(third)).toStrictEqual(essence(first));
    expect(await eventTypes()).toStrictEqual(before);
  });

  it('has its own request and correlation id each time', async () => {
    const key = newKey();
    const first = await send('PUT', ROLES, key, { body: { allowed_roles: ['a'] } });
    const second = await send('PUT', ROLES, key, {
      body: { allowed_roles: ['a'] },
      headers: { 'x-correlation-id': 'again' },
    });
    expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect(second.headers['x-correlation-id']).toBe('again');
  });

  it('gets the answer of its time, whatever has happened since', async () => {
    const key = newKey();
    const first = await send('PUT', ROLES, key, { body: { allowed_roles: ['then'] } });
    await app.request('PUT', ROLES, { psk, body: { allowed_roles: ['now'] } });
    const again = await send('PUT', ROLES, key, { body: { allowed_roles: ['then'] } });
    expect(essence(again)).toStrictEqual(essence(first));
    const { json } = await app.request('GET', `${CREATE}/kept`, { psk });
    expect(json.allowed_roles).toStrictEqual(['now']);
  });

  it('may have an answer without a body', async () => {
    await givenDeployment(app, 'archived');
    const key = newKey();
    const first = await send('DELETE', `${CREATE}/archived`, key);
    const again = await send('DELETE', `${CREATE}/archived`, key);
    expect([first.status, first.text, again.status, again.text, isReplay(again)]).toStrictEqual([
      204,
      '',
      204,
      '',
      true,
    ]);
  });

  it.each<[string, () => Promise<[Answer, Answer]>, number]>([
    [
      '404',
      async () => {
        const key = newKey();
        const first = await send('POST', `${CREATE}/later/stop`, key);
        await givenDeployment(app, 'later');
        return [first, await send('POST', `${CREATE}/later/stop`, key)];
      },
      404,
    ],
    [
      '409',
      async () => {
        const key = newKey();
        const body = creation('kept');
        return [await send('POST', CREATE, key, { body }), await send('POST', CREATE, key, { body })];
      },
      409,
    ],
    [
      '412',
      async () => {
        const key = newKey();
        const options = { body: { allowed_roles: ['x'] }, headers: { 'if-match': '"0"' } };
        return [await send('PUT', ROLES, key, options), await send('PUT', ROLES, key, options)];
      },
      412,
    ],
  ])('keeps a refusal by the rules: %s', async (_, act, status) => {
    const [first, again] = await act();
    expect([first.status, isReplay(first), isReplay(again)]).toStrictEqual([status, false, true]);
    expect(essence(again)).toStrictEqual(essence(first));
  });

  it.each<[string, number, string, RequestOptions, string?]>([
    ['a body that does not fit', 422, ROLES, { body: { allowed_roles: 'x' } }],
    ['a body that is no JSON', 422, ROLES, { rawBody: '{', headers: { 'content-type': 'application/json' } }],
    ['a body that nests too deep', 400, ROLES, { body: JSON.parse('['.repeat(65) + ']'.repeat(65)) }],
    ['a malformed header', 422, ROLES, { body: { allowed_roles: [] }, headers: { 'if-match': '7' } }],
    ['a caller who is not known', 401, ROLES, { body: { allowed_roles: [] }, psk: 'x'.repeat(40) }],
  ])('keeps no answer to %s: the key is free afterwards', async (_, status, path, bad) => {
    const key = newKey();
    expect((await send('PUT', path, key, bad)).status).toBe(status);
    const good = await send('PUT', path, key, { body: { allowed_roles: [key] } });
    expect([good.status, isReplay(good)]).toStrictEqual([200, false]);
  });

  it('is refused when it asks something else under the same key, and changes nothing', async () => {
    const key = newKey();
    await send('PUT', ROLES, key, { body: { allowed_roles: ['one'] } });
    const other = await send('PUT', ROLES, key, { body: { allowed_roles: ['two'] } });
    const query = await send('PUT', `${ROLES}?x=1`, key, { body: { allowed_roles: ['one'] } });
    const message = 'this idempotency key was used before with another request';
    expect([other.status, other.json, query.status]).toStrictEqual([422, { error: message, code: 422 }, 422]);
    const { json } = await app.request('GET', `${CREATE}/kept`, { psk });
    expect(json.allowed_roles).toStrictEqual(['one']);
  });

  it('means another request on another path, by another method or another caller', async () => {
    const key = newKey();
    await send('PUT', ROLES, key, { body: { allowed_roles: ['nx1_engineer'] } });
    const { psk: hers } = await givenUserWithPsk(app, 'erin', { roles: ['nx1_engineer'] });
    const byHer = await send('PUT', ROLES, key, { psk: hers, body: { allowed_roles: ['nx1_engineer'] } });
    await givenDeployment(app, 'other');
    const elsewhere = await send('PUT', ROLES.replace('kept', 'other'), key, {
      body: { allowed_roles: ['a'] },
    });
    expect([byHer.status, isReplay(byHer), elsewhere.status, isReplay(elsewhere)]).toStrictEqual([
      200,
      false,
      200,
      false,
    ]);
  });

  it('finds the first one still running, and is told to come back', async () => {
    const key = newKey();
    const name = 'racing';
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => send('POST', CREATE, key, { body: creation(name) })),
    );
    const made = answers.filter(({ status }) => status === 201);
    const running = answers.filter(({ status }) => status === 409);
    expect(made.length + running.length).toBe(10);
    expect(made.filter((answer) => !isReplay(answer))).toHaveLength(1);
    for (const { headers, json } of running) {
      expect([headers['retry-after'], json.error]).toStrictEqual([
        '1',
        'The first request with this idempotency key is still running',
      ]);
    }
    expect((await eventTypes()).filter((type) => type === 'DeploymentRegistered').length).toBe(
      new Set(
        (await app.request('GET', `${CREATE}?include_archived=true`, { psk })).json.map(
          (d: { name: string }) => d.name,
        ),
      ).size,
    );
  });

  it('is refused where the answer shows a secret once', async () => {
    await givenUserWithPsk(app, 'pia');
    await givenUserWithPsk(app, 'paul');
    const answer = await send('POST', '/governance/v1/users/pia/psk', newKey(), { body: {} });
    expect(answer).toMatchObject({
      status: 422,
      json: {
        type: 'urn:countersign:problem:idempotency-key-refused',
        errors: [{ pointer: '/header/Idempotency-Key' }],
      },
    });
  });

  it('leaves no trace in the history of any entity', async () => {
    const history = await app.request('GET', '/governance/v1/audit?limit=1000', { psk });
    const feed = await app.request('GET', '/governance/v1/events?limit=1000', { psk });
    expect(await eventTypes()).toContain('RequestAnswered');
    expect(history.text).not.toContain('RequestAnswered');
    expect(feed.text).not.toContain('RequestAnswered');
  });

  it('keeps the body of an answer where personal data stands, under the id of who asked', async () => {
    const key = newKey();
    const { psk: hers } = await givenUserWithPsk(app, 'frieda', { roles: ['r'] });
    await app.request('PUT', ROLES, { psk, body: { allowed_roles: ['r'] } });
    const first = await send('PUT', ROLES, key, { psk: hers, body: { allowed_roles: ['r', 's'] } });
    const scope = JSON.stringify(['user', 'frieda', 'PUT', ROLES, key]);
    const stream = `idempotency-${createHash('sha256').update(scope).digest('hex')}`;
    const events = [];
    for await (const event of app.store.readStream(stream)) events.push(event);
    expect(events).toMatchObject([
      {
        type: 'RequestAnswered',
        data: { status: 200, personal: { frieda: { body: first.text } } },
        metadata: { actor: { kind: 'user', id: 'frieda' } },
      },
    ]);
  });

  it('is recognised in the log when the process died before the answer was kept', async () => {
    const key = newKey();
    const append = app.store.append.bind(app.store);
    jest
      .spyOn(app.store, 'append')
      .mockImplementation(async (stream, events, expected) =>
        stream.startsWith('idempotency-')
          ? Promise.reject(new EventStoreUnavailable('gone'))
          : append(stream, events, expected),
      );
    const first = await send('POST', CREATE, key, { body: creation('half-done') });
    jest.restoreAllMocks();
    const before = (await eventTypes()).filter((type) => type !== 'RequestAnswered');
    const again = await send('POST', CREATE, key, { body: creation('half-done') });
    const third = await send('POST', CREATE, key, { body: creation('half-done') });

    expect([first.status, isReplay(again), isReplay(third)]).toStrictEqual([201, false, true]);
    expect(essence(again)).toStrictEqual(essence(first));
    expect(essence(third)).toStrictEqual(essence(first));
    expect((await eventTypes()).filter((type) => type !== 'RequestAnswered')).toStrictEqual(before);
  });

  it("gets another replica's answer when that one was kept a moment before", async () => {
    const key = newKey();
    const append = app.store.append.bind(app.store);
    jest.spyOn(app.store, 'append').mockImplementation(async (stream, events, expected) => {
      if (stream.startsWith('idempotency-')) {
        const theirs = events.map((event) => ({
          ...event,
          id: randomUUID(),
          data: { ...event.data, personal: { platform: { body: '"theirs"' } } },
        }));
        jest.restoreAllMocks();
        await append(stream, theirs, expected);
      }
      return append(stream, events, expected);
    });
    const first = await send('PUT', ROLES, key, { body: { allowed_roles: ['raced'] } });
    const again = await send('PUT', ROLES, key, { body: { allowed_roles: ['raced'] } });
    expect([first.text, isReplay(first), again.text]).toStrictEqual(['"theirs"', true, '"theirs"']);
  });
});
