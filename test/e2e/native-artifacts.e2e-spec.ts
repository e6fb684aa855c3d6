import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { givenUserWithPsk } from '../support/governed.js';
import type { Answer, RequestOptions } from '../support/http-client.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('artifacts', () => {
  let app: App;
  const call = (method: string, path: string, options: RequestOptions = {}): Promise<Answer> =>
    app.request(method, `/governance/v1/artifacts/${path}`, { psk: app.platformPsk, ...options });
  const put = (path: string, body: unknown, options: RequestOptions = {}): Promise<Answer> =>
    call('PUT', path, { body, ...options });
  const head = (): Promise<bigint> => app.store.head();

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());

  it('are registered, equal, changed, shown and withdrawn', async () => {
    const created = await put('model/m-1', { name: 'Churn', version: '3' });
    expect([created.status, created.headers['etag']]).toEqual([201, '"0"']);
    expect(created.json).toEqual({
      kind: 'model',
      id: 'm-1',
      name: 'Churn',
      version: '3',
      workspaceId: null,
      modelGroupId: null,
      number: 1,
      createdAt: expect.stringMatching(TIME),
      updatedAt: expect.stringMatching(TIME),
    });
    const equal = await put('model/m-1', { name: 'Churn', version: '3' });
    expect([equal.status, equal.text, equal.headers['x-event-position']]).toEqual([
      200,
      created.text,
      created.headers['x-event-position'],
    ]);
    const changed = await put('model/m-1', { name: 'Churn 2' });
    expect([changed.status, changed.headers['etag']]).toEqual([200, '"1"']);
    expect(changed.json).toMatchObject({ name: 'Churn 2', version: null, number: 1 });
    const shown = await call('GET', 'model/m-1');
    expect([shown.status, shown.text, shown.headers['etag']]).toEqual([200, changed.text, '"1"']);

    const withdrawn = await call('DELETE', 'model/m-1');
    expect([withdrawn.status, withdrawn.text]).toEqual([204, '']);
    expect((await call('GET', 'model/m-1')).status).toBe(404);
    expect((await call('DELETE', 'model/m-1')).status).toBe(404);
  });

  it('give numbers to models and pipelines only, each kind from 1, and none twice', async () => {
    const numberOf = async (path: string): Promise<unknown> =>
      ((await put(path, { name: 'x' })).json as { number: unknown }).number;
    // 1 belonged to a model that was withdrawn.
    expect(await numberOf('model/n-1')).toBe(2);
    expect(await numberOf('model/m-1')).toBe(3);
    expect(await numberOf('pipeline/n-1')).toBe(1);
    expect(await numberOf('pipeline/n-2')).toBe(2);
    expect(await numberOf('modelPackage/n-1')).toBeNull();
    expect(await numberOf('secondaryDatasetsConfig/n-1')).toBeNull();
    const many = await Promise.all(Array.from({ length: 20 }, (_, n) => numberOf(`pipeline/many-${n}`)));
    expect(new Set(many).size).toBe(20);
  });

  it('draw one number for one idempotency key', async () => {
    const headers = { 'idempotency-key': 'k-1' };
    const first = await put('model/k-1', { name: 'k' }, { headers });
    const again = await put('model/k-1', { name: 'k' }, { headers });
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([
      201,
      first.text,
      'true',
    ]);
  });

  it('are listed by kind, oldest first, in pages', async () => {
    for (let n = 0; n < 5; n++) await put(`secondaryDatasetsConfig/l-${n}`, { name: `l-${n}` });
    const first = await call('GET', 'secondaryDatasetsConfig?limit=4');
    const { items, next } = first.json as { items: { id: string }[]; next: string };
    expect(items.map(({ id }) => id)).toEqual(['n-1', 'l-0', 'l-1', 'l-2']);
    expect(first.headers['link']).toContain('rel="next"');
    await put('secondaryDatasetsConfig/late', { name: 'late' });
    const second = (await call('GET', `secondaryDatasetsConfig?cursor=${next}`)).json;
    expect([second.items.map(({ id }: { id: string }) => id), second.next]).toEqual([['l-3', 'l-4'], null]);
    expect((await call('GET', `model?cursor=${next}`)).status).toBe(422);
  });

  it('are the same after a rebuild of the read model', async () => {
    const before = (await call('GET', 'model')).text;
    await app.restart();
    expect((await call('GET', 'model')).text).toBe(before);
  });

  it.each<[string, string, unknown, number, readonly string[] | null]>([
    ['PUT', 'model/x', {}, 422, ['/name']],
    ['PUT', 'model/x', { name: '' }, 422, ['/name']],
    ['PUT', 'model/x', { name: 'x', version: 3 }, 422, ['/version']],
    ['PUT', 'model/x', { name: 'x', workspaceId: 'w' }, 422, ['/workspaceId']],
    ['PUT', 'model/x', { name: 'x', workspaceId: 1 }, 422, ['/workspaceId']],
    ['PUT', 'model/x', { name: 'x', modelGroupId: 'g' }, 422, ['/modelGroupId']],
    ['PUT', 'model/x', { name: 'x', number: 5 }, 422, ['/number']],
    ['PUT', 'Model/x', { name: 'x' }, 404, null],
    ['PUT', 'dataset/x', { name: 'x' }, 404, null],
    ['GET', 'constructor/x', undefined, 404, null],
    ['GET', 'models', undefined, 404, null],
    ['GET', 'model/nothing', undefined, 404, null],
    ['GET', 'model?limit=0', undefined, 422, ['/query/limit']],
    ['DELETE', 'model/nothing', undefined, 404, null],
  ])('%s %s %j: %i', async (method, path, body, status, pointers) => {
    const before = await head();
    const answer = await call(method, path, { ...(body !== undefined && { body }) });
    expect(answer.status).toBe(status);
    const { errors } = answer.json as { errors?: { pointer: string }[] };
    expect(errors?.map(({ pointer }) => pointer) ?? null).toEqual(pointers);
    expect(await head()).toBe(before);
  });

  it('are written only at the revision that If-Match names, and no number is lost on it', async () => {
    await put('pipeline/i-1', { name: 'i' });
    const before = await head();
    const match = (value: string): RequestOptions => ({ headers: { 'if-match': value } });
    expect((await put('pipeline/i-1', { name: 'j' }, match('"7"'))).status).toBe(412);
    expect((await put('pipeline/i-9', { name: 'j' }, match('*'))).status).toBe(412);
    expect(await head()).toBe(before);
    expect((await put('pipeline/i-1', { name: 'j' }, match('"0"'))).status).toBe(200);
  });

  it('are for the platform and administrators', async () => {
    const { psk } = await givenUserWithPsk(app, 'w-1', { roles: ['nx1_engineer'] });
    const admin = await givenUserWithPsk(app, 'w-2', { roles: ['governance-admin'] });
    for (const [method, path] of [
      ['GET', 'model'],
      ['GET', 'model/m-1'],
      ['PUT', 'model/m-1'],
      ['DELETE', 'model/m-1'],
    ] as const) {
      const options = method === 'PUT' ? { body: { name: 'x' } } : {};
      expect((await call(method, path, { psk, ...options })).status).toBe(403);
    }
    expect((await call('GET', 'model/m-1', { psk: admin.psk })).status).toBe(200);
    expect((await call('DELETE', 'model/nothing', { psk })).status).toBe(404);
  });
});
