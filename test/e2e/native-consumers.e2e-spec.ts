import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { givenDeployment, givenUserWithPsk } from '../support/governed.js';
import { readLog } from '../support/history.js';
import type { Answer, RequestOptions } from '../support/http-client.js';

const CONSUMERS = '/governance/v1/consumers';

describe('positions of consumers', () => {
  let app: App;
  let alice: string;
  let admin: string;
  let end: string;

  const put = (name: string, body: unknown, options: RequestOptions = {}): Promise<Answer> =>
    app.request('PUT', `${CONSUMERS}/${name}`, { psk: app.platformPsk, body, ...options });
  const get = (name: string, psk = app.platformPsk): Promise<Answer> =>
    app.request('GET', `${CONSUMERS}/${name}`, { psk });
  const remove = (name: string, psk = app.platformPsk): Promise<Answer> =>
    app.request('DELETE', `${CONSUMERS}/${name}`, { psk });
  const readOn = async (after: string): Promise<{ items: object[]; next: string }> =>
    (await app.request('GET', `/governance/v1/events?after=${after}`, { psk: app.platformPsk })).json;
  const metric = async (name: string): Promise<string | undefined> => {
    const { text } = await app.request('GET', '/metrics');
    return new RegExp(`^countersign_consumer_lag_events\\{consumer="${name}"\\} (\\d+)$`, 'm').exec(
      text,
    )?.[1];
  };

  beforeAll(async () => {
    app = await startApp();
    ({ psk: alice } = await givenUserWithPsk(app, 'alice'));
    ({ psk: admin } = await givenUserWithPsk(app, 'root', { roles: ['governance-admin'] }));
    await givenDeployment(app, 'prod');
    end = (await readOn('-1')).next;
  });
  afterAll(() => app.stop());

  it('are stored, shown, moved on and set back', async () => {
    const first = await put('siem', { position: '2' });
    expect([first.status, first.headers['etag'], first.headers['x-event-position']]).toEqual([
      200,
      '"0"',
      expect.stringMatching(/^\d+$/),
    ]);
    const lag = String(BigInt(end) - 2n);
    const shown = { name: 'siem', position: '2', lag, updatedAt: expect.stringMatching(/T.*\.\d{3}Z$/) };
    expect(first.json).toEqual(shown);
    const found = await get('siem');
    expect([found.status, found.headers['etag'], found.json]).toEqual([200, '"0"', first.json]);
    expect((await put('siem', { position: end })).json).toMatchObject({ position: end, lag: '0' });
    expect((await put('siem', { position: '1' })).json).toMatchObject({ position: '1' });
    expect((await get('siem')).json).toMatchObject({ position: '1', lag: String(BigInt(end) - 1n) });
  });

  it('leave nothing to read: neither to the one who stored his nor to others', async () => {
    // The simplest of all consumers: it stores what the feed says, whatever that is.
    let { next } = await readOn('-1');
    for (let round = 0; round < 5; round++) {
      expect((await put('reader', { position: next })).json).toMatchObject({ lag: '0' });
      const page = await readOn(next);
      expect(page).toEqual({ items: [], next });
      ({ next } = page);
    }
    expect((await get('reader')).json).toMatchObject({ position: next, lag: '0' });
    const stored = (await readLog(app.store)).filter(({ stream }) => stream === 'consumer-reader');
    expect(stored.map(({ data }) => data)).toEqual([{ name: 'reader', before: null, after: next }]);
    const audit = await app.request('GET', '/governance/v1/audit?entityType=consumer', {
      psk: app.platformPsk,
    });
    expect(audit.json).toMatchObject({ items: [] });
  });

  it('change nothing when they are stored already', async () => {
    const first = await put('steady', { position: '3' });
    const again = await put('steady', { position: '3' });
    expect([again.status, again.json]).toEqual([200, first.json]);
    expect(again.headers['x-event-position']).toBe(first.headers['x-event-position']);
  });

  it('obey If-Match and Idempotency-Key', async () => {
    await put('careful', { position: '1' });
    const refused = await put('careful', { position: '2' }, { headers: { 'if-match': '"7"' } });
    expect(refused.status).toBe(412);
    const options = { headers: { 'idempotency-key': 'once', 'if-match': '"0"' } };
    const first = await put('careful', { position: '2' }, options);
    const again = await put('careful', { position: '2' }, options);
    expect([first.status, again.status, again.headers['idempotent-replayed']]).toEqual([200, 200, 'true']);
    expect((await get('careful')).headers['etag']).toBe('"1"');
  });

  it('are listed in the order in which they came, page by page', async () => {
    const names: string[] = [];
    let cursor: string | null = null;
    do {
      const query = cursor === null ? '?limit=2' : `?limit=2&cursor=${cursor}`;
      const { status, json } = await app.request('GET', `${CONSUMERS}${query}`, { psk: admin });
      expect(status).toBe(200);
      const page = json as { items: { name: string; lag: string }[]; next: string | null };
      names.push(...page.items.map(({ name }) => name));
      for (const { lag } of page.items) expect(lag).toMatch(/^\d+$/);
      cursor = page.next;
    } while (cursor !== null);
    expect(names).toEqual(['siem', 'reader', 'steady', 'careful']);
    const foreign = await app.request('GET', `${CONSUMERS}?cursor=x`, { psk: admin });
    expect(foreign.status).toBe(422);
  });

  it('tell in the metrics how far behind they are', async () => {
    expect(await metric('siem')).toBe(String(BigInt(end) - 1n));
    expect(await metric('reader')).toBe('0');
    await app.request('PUT', '/governance/v1/groups/risk', { psk: app.platformPsk, body: { name: 'Risk' } });
    expect(Number(await metric('reader'))).toBeGreaterThan(0);
  });

  it('are removed, and begin anew', async () => {
    await put('passing', { position: '2' });
    const removed = await remove('passing');
    expect([removed.status, removed.text]).toEqual([204, '']);
    expect(await metric('passing')).toBeUndefined();
    expect((await get('passing')).json).toMatchObject({
      type: 'urn:countersign:problem:consumer-not-found',
      status: 404,
    });
    expect((await remove('passing')).status).toBe(404);
    expect((await put('passing', { position: '2' })).json).toMatchObject({ name: 'passing', position: '2' });
  });

  it.each<[string, string, unknown, string]>([
    ['no decimal', 'x', { position: 'abc' }, '/position'],
    ['a fraction', 'x', { position: '1.5' }, '/position'],
    ['a negative position', 'x', { position: '-1' }, '/position'],
    ['a number', 'x', { position: 7 }, '/position'],
    ['nothing', 'x', {}, '/position'],
    ['null', 'x', { position: null }, '/position'],
    ['too many digits', 'x', { position: '1'.repeat(19) }, '/position'],
    ['an unknown field', 'x', { position: '1', lag: '0' }, '/lag'],
    ['a position beyond the end of the log', 'x', { position: '999999999' }, '/position'],
    ['a name with a space', 'a%20b', { position: '1' }, '/path/name'],
    ['a name that begins with a dot', '.a', { position: '1' }, '/path/name'],
    ['a name that is too long', 'a'.repeat(101), { position: '1' }, '/path/name'],
  ])('refuses %s and points at it', async (_, name, body, pointer) => {
    const head = await app.store.head();
    const answer = await put(name, body);
    expect(answer.status).toBe(422);
    expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer }] });
    expect(await app.store.head()).toBe(head);
  });

  it('are the business of the platform and of administrators', async () => {
    expect((await put('siem', { position: '1' }, { psk: alice })).status).toBe(403);
    expect((await get('siem', alice)).status).toBe(403);
    expect((await get('nobody', alice)).status).toBe(404);
    expect((await remove('siem', alice)).status).toBe(403);
    expect((await app.request('GET', CONSUMERS, { psk: alice })).status).toBe(403);
    expect((await app.request('GET', CONSUMERS)).status).toBe(401);
    expect((await put('siem', { position: '1' }, { psk: admin })).status).toBe(200);
  });

  it('are there again after a restart', async () => {
    const { json } = await app.request('GET', CONSUMERS, { psk: app.platformPsk });
    await app.restart();
    expect((await app.request('GET', CONSUMERS, { psk: app.platformPsk })).json).toEqual(json);
  });
});
