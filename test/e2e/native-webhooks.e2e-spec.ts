import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { givenUserWithPsk } from '../support/governed.js';
import type { RequestOptions } from '../support/http-client.js';
import { WEBHOOKS } from '../support/webhooks.js';

const URL = 'https://hooks.example.com/countersign';

describe('/governance/v1/webhooks', () => {
  let app: App;
  let userPsk: string;

  beforeAll(async () => {
    app = await startApp();
    ({ psk: userPsk } = await givenUserWithPsk(app, 'u-alice', { roles: [] }));
  });
  afterAll(() => app.stop());

  const ask = (method: string, path = '', options: RequestOptions = {}) =>
    app.request(method, `${WEBHOOKS}${path}`, { psk: app.platformPsk, ...options });
  const register = (body: object, options: RequestOptions = {}) => ask('POST', '', { body, ...options });

  it('registers one and shows it, its secret only once', async () => {
    const head = await app.store.head();
    const { status, json, headers } = await register({
      url: URL,
      types: ['RolesReplaced'],
      description: 'SIEM',
    });
    expect([status, headers['cache-control'], headers['etag']]).toEqual([201, 'no-store', '"0"']);
    expect(Object.keys(json)).toEqual([
      'id',
      'url',
      'types',
      'entity',
      'actor',
      'description',
      'status',
      'secret',
      'position',
      'createdAt',
    ]);
    expect(json).toMatchObject({
      url: URL,
      types: ['RolesReplaced'],
      entity: null,
      actor: null,
      description: 'SIEM',
      status: 'active',
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      position: String(head),
    });
    const shown = await ask('GET', `/${json.id}`);
    const { secret, ...facts } = json;
    expect(shown.headers['etag']).toBe('"0"');
    expect(shown.json).toEqual({
      ...facts,
      disabledReason: null,
      position: expect.stringMatching(/^\d+$/),
      lag: expect.stringMatching(/^\d+$/),
    });
    expect(shown.text).not.toContain(secret);
    const list = await ask('GET');
    expect(list.json.items.map(({ id }: { id: string }) => id)).toContain(json.id);
  });

  it.each<[object, string, string]>([
    [{}, '/url', 'must be an absolute http(s) URL'],
    [{ url: 'hooks.example.com' }, '/url', 'must be an absolute http(s) URL'],
    [{ url: 'ftp://hooks.example.com/' }, '/url', 'must be an absolute http(s) URL'],
    [{ url: `https://hooks.example.com/${'x'.repeat(2048)}` }, '/url', 'at most 2048'],
    [{ url: 'http://hooks.example.com/' }, '/url', 'must begin with https://'],
    [{ url: 'https://user:secret@hooks.example.com/' }, '/url', 'must not hold a user'],
    [{ url: 'https://hooks.example.com/#part' }, '/url', 'must not hold a fragment'],
    [{ url: 'https://127.0.0.1/' }, '/url', 'inside the own network'],
    [{ url: 'https://localhost/' }, '/url', 'inside the own network'],
    [{ url: 'https://169.254.169.254/' }, '/url', 'inside the own network'],
    [{ url: 'https://[::ffff:10.0.0.1]/' }, '/url', 'inside the own network'],
    [{ url: 'https://0300.0250.1/' }, '/url', 'inside the own network'],
    [{ url: URL, types: [] }, '/types', 'a list of 1 to 100'],
    [{ url: URL, types: 'RolesReplaced' }, '/types', 'a list of 1 to 100'],
    [{ url: URL, types: ['RolesReplaced', 'Nonsense'] }, '/types/1', 'is not an event type'],
    [{ url: URL, types: ['constructor'] }, '/types/0', 'is not an event type'],
    [{ url: URL, entity: 'deployment' }, '/entity', 'must be the subject'],
    [{ url: URL, actor: '' }, '/actor', 'must be 1 to 255 characters'],
    [{ url: URL, secret: 'whsec_mine' }, '/secret', 'is not known here'],
  ])('refuses %j', async (body, pointer, detail) => {
    const { status, json, text } = await register(body);
    expect(status).toBe(422);
    expect(json.errors).toEqual([{ pointer, detail: expect.stringContaining(detail) }]);
    expect(text).not.toContain('user:secret');
  });

  it.each([
    { types: ['WebhookPaused'] },
    { types: ['WebhookCheckpointed'] },
    { types: ['RequestAnswered'] },
    { entity: 'webhook-1' },
    { entity: 'idempotency-1' },
  ])('refuses a filter that nothing will ever fit: %j', async (filter) => {
    const { status, json } = await register({ url: URL, ...filter });
    expect([status, json.type]).toEqual([422, 'urn:countersign:problem:event-never-carried']);
  });

  it('is for the platform and administrators only', async () => {
    const { json } = await register({ url: URL });
    const as = { psk: userPsk };
    const calls: [string, string, object?][] = [
      ['POST', '', { url: URL }],
      ['GET', ''],
      ['GET', `/${json.id}`],
      ['DELETE', `/${json.id}`],
      ...['pause', 'resume', 'rotate', 'test'].map((what): [string, string] => [
        'POST',
        `/${json.id}/${what}`,
      ]),
      ['POST', `/${json.id}/replay`, { after: '0' }],
      ['POST', `/${json.id}/redeliver`, { from: '0', to: '1' }],
      ['GET', `/${json.id}/deliveries`],
      ['POST', `/${json.id}/deliveries/1/redeliver`],
    ];
    const head = await app.store.head();
    for (const [method, path, body] of calls) {
      const { status } = await ask(method, path, { ...as, ...(body && { body }) });
      expect([method, path, status]).toEqual([method, path, 403]);
    }
    expect(await app.store.head()).toBe(head);
  });

  it('says that what is not there is not there', async () => {
    const calls: [string, string, object?][] = [
      ['GET', '/nope'],
      ['DELETE', '/nope'],
      ...['pause', 'resume', 'rotate', 'test'].map((what): [string, string] => ['POST', `/nope/${what}`]),
      ['POST', '/nope/replay', { after: '0' }],
      ['POST', '/nope/redeliver', { from: '0', to: '1' }],
      ['GET', '/nope/deliveries'],
      ['POST', '/nope/deliveries/1/redeliver'],
      ['GET', `/${encodeURIComponent('x'.repeat(255))}`],
    ];
    for (const [method, path, body] of calls) {
      const { status, json } = await ask(method, path, body && { body });
      expect([path, status, json.type]).toEqual([path, 404, 'urn:countersign:problem:webhook-not-found']);
    }
    const { json } = await register({ url: URL });
    for (const id of ['1', 'x', '9'.repeat(40)])
      expect((await ask('POST', `/${json.id}/deliveries/${id}/redeliver`)).json.type).toBe(
        'urn:countersign:problem:delivery-not-found',
      );
  });

  it.each<[string, object, string]>([
    ['replay', {}, '/after'],
    ['replay', { after: 5 }, '/after'],
    ['replay', { after: '-2' }, '/after'],
    ['redeliver', { from: '1' }, '/to'],
    ['redeliver', { from: '-1', to: '1' }, '/from'],
    ['redeliver', { from: '2', to: '1' }, '/from'],
  ])('refuses %s %j', async (what, body, pointer) => {
    const { json } = await register({ url: URL });
    const answer = await ask('POST', `/${json.id}/${what}`, { body });
    expect([answer.status, answer.json.errors[0].pointer]).toEqual([422, pointer]);
  });

  it('changes one only at the revision that was asked for', async () => {
    const { json } = await register({ url: URL });
    const path = `/${json.id}/pause`;
    expect((await ask('POST', path, { headers: { 'if-match': '"7"' } })).status).toBe(412);
    const paused = await ask('POST', path, { headers: { 'if-match': '"0"' } });
    expect([paused.status, paused.headers['etag'], paused.json.status]).toEqual([200, '"1"', 'paused']);
    expect((await ask('POST', path)).headers['etag']).toBe('"1"');
  });

  describe('with an Idempotency-Key', () => {
    const keyed = (key: string): RequestOptions => ({ headers: { 'idempotency-key': key } });

    it('gives the first answer again, secret included, though no secret is kept in clear', async () => {
      const first = await register({ url: URL, description: 'keyed' }, keyed('k1'));
      const rotated = await ask('POST', `/${first.json.id}/rotate`, keyed('k2'));
      await ask('POST', `/${first.json.id}/rotate`);
      await app.restart();
      const again = await register({ url: URL, description: 'keyed' }, keyed('k1'));
      expect([again.status, again.text]).toEqual([201, first.text]);
      expect([again.headers['idempotent-replayed'], again.headers['etag']]).toEqual([
        'true',
        first.headers['etag'],
      ]);
      expect(again.headers['x-event-position']).toBe(first.headers['x-event-position']);
      const rotatedAgain = await ask('POST', `/${first.json.id}/rotate`, keyed('k2'));
      expect([rotatedAgain.text, rotatedAgain.headers['idempotent-replayed']]).toEqual([
        rotated.text,
        'true',
      ]);
      expect(rotated.json.secret).not.toBe(first.json.secret);

      for await (const { data, metadata } of app.store.readAll()) {
        const text = JSON.stringify([data, metadata]);
        for (const { json } of [first, rotated])
          expect(text).not.toContain(json.secret.slice('whsec_'.length));
      }
      expect(app.log.join('\n')).not.toContain('whsec_');
    });

    it('takes the same key for nothing else', async () => {
      await register({ url: URL }, keyed('k3'));
      expect((await register({ url: `${URL}/other` }, keyed('k3'))).status).toBe(422);
    });

    it('gives a refusal again', async () => {
      const body = { url: 'https://10.0.0.1/' };
      const [one, two] = [await register(body, keyed('k4')), await register(body, keyed('k4'))];
      expect([one.status, two.status]).toEqual([422, 422]);
    });
  });

  it('lists them in pages', async () => {
    const ids = new Set<string>();
    let path = '?limit=2';
    for (;;) {
      const { json, headers } = await ask('GET', path);
      for (const { id } of json.items) ids.add(id as string);
      if (json.next === null) break;
      expect(headers['link']).toContain('rel="next"');
      path = `?limit=2&cursor=${json.next as string}`;
    }
    const all = await ask('GET', '?limit=1000');
    expect([...ids]).toEqual(all.json.items.map(({ id }: { id: string }) => id));
    expect((await ask('GET', '?cursor=nonsense')).status).toBe(422);
  });

  it('takes a hundred and no more', async () => {
    const { json } = await ask('GET', '?limit=1000');
    for (let n = json.items.length; n < 100; n++) expect((await register({ url: URL })).status).toBe(201);
    const { status, json: problem } = await register({ url: URL });
    expect([status, problem.type]).toEqual([409, 'urn:countersign:problem:too-many-webhooks']);
  });
});
