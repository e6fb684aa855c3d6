import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '../../src/event-store/event-store.js';
import { startApp, type App } from '../support/app.js';
import { EventStreamClient } from '../support/event-stream.js';
import { givenDeployment, givenUserWithPsk } from '../support/governed.js';
import { readLog } from '../support/history.js';

const STREAM = '/governance/v1/events/stream';
const EVENTS = '/governance/v1/events';

interface Page {
  readonly items: readonly { readonly sequence: string }[];
  readonly next: string;
}

describe('GET /governance/v1/events/stream', () => {
  let app: App;
  let alice: string;
  let admin: string;
  let deploymentId: string;
  const open: EventStreamClient[] = [];

  const follow = async (
    query: Record<string, string> = {},
    options: object = {},
  ): Promise<EventStreamClient> => {
    const client = await EventStreamClient.open(app.url, query, { psk: app.platformPsk, ...options });
    open.push(client);
    return client;
  };
  const recordGroup = async (groupId: string, psk = app.platformPsk): Promise<void> => {
    const answer = await app.request('PUT', `/governance/v1/groups/${groupId}`, {
      psk,
      body: { name: groupId },
    });
    expect(answer.status).toBeLessThan(300);
  };
  const setRoles = (role: string): Promise<unknown> =>
    app.request('PUT', '/api/models/churn/deployments/prod/allowed_roles', {
      psk: alice,
      headers: { 'idempotency-key': `to-${role}` },
      body: { allowed_roles: ['nx1_engineer', role] },
    });
  const handedOut = async (matches: (event: RecordedEvent) => boolean = () => true): Promise<string[]> =>
    (await readLog(app.store))
      .filter((event) => !/^(idempotency|consumer)-/.test(event.stream) && matches(event))
      .map(({ position }) => position.toString());
  /** Each event as the feed writes it: what stands between the brackets, cut at the events' beginnings. */
  const feedTexts = async (query: string): Promise<string[]> => {
    const texts: string[] = [];
    let after = '-1';
    for (;;) {
      const { text, json } = await app.request('GET', `${EVENTS}?after=${after}&limit=3${query}`, {
        psk: app.platformPsk,
      });
      const { items, next } = json as Page;
      if (items.length === 0 && next === after) return texts;
      const list = text.slice('{"items":['.length, text.lastIndexOf('],"next":'));
      texts.push(...list.split(/,(?=\{"specversion":"1\.0")/).filter((item) => item !== ''));
      after = next;
    }
  };

  beforeAll(async () => {
    app = await startApp();
    ({ psk: alice } = await givenUserWithPsk(app, 'alice', { roles: ['nx1_engineer'] }));
    ({ psk: admin } = await givenUserWithPsk(app, 'root', { roles: ['governance-admin'] }));
    deploymentId = await givenDeployment(app, 'prod', { owner: 'alice', roles: ['nx1_engineer'] });
    await givenDeployment(app, 'other', { owner: 'bob' });
    for (const role of ['a', 'b', 'c']) await setRoles(role);
  });
  afterEach(async () => {
    for (const client of open.splice(0)) await client.close();
  });
  afterAll(() => app.stop());

  it('says in its head what it is, and that nobody on the way may keep it', async () => {
    const { response } = await follow();
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.any(String),
      connection: 'close',
    });
    expect(response.headers['content-length']).toBeUndefined();
  });

  it('begins now, and hands out each event in three lines', async () => {
    const start = await app.store.head();
    const client = await follow();
    await recordGroup('first');
    await client.until(({ events }) => events.length > 0);
    const newest = (await readLog(app.store)).at(-1);
    const [item] = (await feedTexts('&types=GroupRecorded')).slice(-1);
    expect(client.text).toBe(
      `retry: 2000\nid: ${start}\n\nid: ${newest?.position}\nevent: GroupRecorded\ndata: ${item}\n\n`,
    );
  });

  it('a consumer that reads everything through feed and stream gets identical sequences', async () => {
    const client = await follow({ after: '-1' });
    const expected = await handedOut();
    await client.until(({ events }) => events.length >= expected.length);
    expect(client.events.map(({ id }) => id)).toEqual(expected);
    expect(client.data).toEqual(await feedTexts(''));
    for (const { id, event, data } of client.events)
      expect(JSON.parse(data)).toMatchObject({ sequence: id, type: expect.stringMatching(`\\.${event}$`) });
  });

  it.each<
    [string, (entity: string) => Record<string, string>, (event: RecordedEvent, entity: string) => boolean]
  >([
    ['one type', () => ({ types: 'RolesReplaced' }), ({ type }) => type === 'RolesReplaced'],
    [
      'several types',
      () => ({ types: 'PskIssued,DeploymentRegistered' }),
      ({ type }) => ['PskIssued', 'DeploymentRegistered'].includes(type),
    ],
    ['an actor', () => ({ actor: 'alice' }), ({ metadata }) => metadata.actor.id === 'alice'],
    ['an entity', (entity) => ({ entity }), ({ stream }, entity) => stream === entity],
    [
      'all at once',
      (entity) => ({ entity, actor: 'alice', types: 'RolesReplaced,GroupRecorded' }),
      ({ stream, type, metadata }, entity) =>
        stream === entity && type === 'RolesReplaced' && metadata.actor.id === 'alice',
    ],
  ])('filters by %s, what was and what comes', async (name, query, matches) => {
    const entity = `deployment-${deploymentId}`;
    const client = await follow({ after: '-1', ...query(entity) });
    const before = await handedOut((event) => matches(event, entity));
    const word = name.replaceAll(' ', '-');
    expect(before.length).toBeGreaterThan(1);
    await client.until(({ events }) => events.length >= before.length);
    await setRoles(`while-${word}`);
    await givenUserWithPsk(app, `u-${word}`);
    await givenDeployment(app, word);
    // Comes last, so that a foreign event would have come before it.
    await setRoles(`after-${word}`);
    const all = await handedOut((event) => matches(event, entity));
    expect(all.length).toBeGreaterThan(before.length);
    await client.until(({ events }) => events.length >= all.length);
    expect(client.events.map(({ id }) => id)).toEqual(all);
  });

  it('goes on after any position, and after the last id rather than what it first asked for', async () => {
    const all = await handedOut();
    for (const { position } of await readLog(app.store)) {
      const later = all.filter((id) => BigInt(id) > position);
      const byQuery = await follow({ after: position.toString() });
      const byHeader = await follow({ after: '1' }, { headers: { 'last-event-id': position.toString() } });
      for (const client of [byQuery, byHeader]) {
        await client.until(({ events }) => events.length >= later.length);
        expect(client.events.map(({ id }) => id)).toEqual(later);
        await client.close();
      }
    }
  });

  it('joins what was and what comes without a gap and without a repeat, however busy the log', async () => {
    const start = await app.store.head();
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let round = 0; round < 25; round++) await recordGroup(`busy-${writer}-${round}`);
    });
    const clients: EventStreamClient[] = [];
    const reading = (async () => {
      for (let n = 0; n < 20; n++) {
        clients.push(
          await follow(n % 2 === 0 ? { after: '-1' } : { after: start.toString(), types: 'GroupRecorded' }),
        );
        await clients.at(-1)?.until(({ events }) => events.length > 0);
      }
    })();
    await Promise.all([...writers, reading]);
    const all = await handedOut();
    const groups = await handedOut(({ type, position }) => type === 'GroupRecorded' && position > start);
    for (const [n, client] of clients.entries()) {
      const expected = n % 2 === 0 ? all : groups;
      await client.until(({ events }) => events.length >= expected.length);
      expect(client.events.map(({ id }) => id)).toEqual(expected);
    }
  });

  it('gives a user what he may read, and an administrator everything', async () => {
    const mine = await follow({ after: '-1' }, { psk: alice });
    const theirs = await follow({ after: '-1' }, { psk: admin });
    await recordGroup('not-for-alice');
    await setRoles('for-alice');
    const all = await handedOut();
    const own = await handedOut(({ stream }) => /^(deployment-|user-alice$|psk-alice$)/.test(stream));
    await theirs.until(({ events }) => events.length >= all.length);
    await mine.until(({ events }) => events.length >= own.length);
    expect(theirs.events.map(({ id }) => id)).toEqual(all);
    expect(mine.events.map(({ id }) => id)).toEqual(own);
  });

  it('answers a HEAD with the head alone', async () => {
    const answer = await app.request('HEAD', STREAM, { psk: app.platformPsk });
    expect([
      answer.status,
      answer.text,
      answer.headers['content-type'],
      answer.headers['x-accel-buffering'],
    ]).toEqual([200, '', 'text/event-stream; charset=utf-8', 'no']);
    expect((await app.request('HEAD', STREAM)).status).toBe(401);
    expect((await app.request('HEAD', `${STREAM}?after=x`, { psk: alice })).status).toBe(422);
  });

  it.each<[string, string, Record<string, string>, string]>([
    ['an unknown type', 'types=Nothing', {}, '/query/types'],
    ['a position in words', 'after=now', {}, '/query/after'],
    ['an entity without an aggregate', 'entity=42', {}, '/query/entity'],
    ['a limit', 'limit=1', {}, '/query/limit'],
    ['a last id that is none of ours', '', { 'last-event-id': 'abc' }, '/header/Last-Event-ID'],
    ['an empty last id', '', { 'last-event-id': '' }, '/header/Last-Event-ID'],
  ])('refuses %s and points at it', async (_, query, headers, pointer) => {
    const answer = await app.request('GET', `${STREAM}?${query}`, { psk: app.platformPsk, headers });
    expect([answer.status, answer.headers['content-type']]).toEqual([
      422,
      'application/problem+json; charset=utf-8',
    ]);
    expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer }] });
  });

  it.each([
    ['after', '?after=999999999', {}],
    ['a last id', '', { 'last-event-id': '999999999' }],
  ])(
    'refuses %s beyond the end of the log: whoever has it has read another log',
    async (_, query, headers) => {
      const answer = await app.request('GET', `${STREAM}${query}`, { psk: app.platformPsk, headers });
      expect(answer.status).toBe(422);
      expect(answer.json).toMatchObject({ type: 'urn:countersign:problem:position-beyond-end' });
    },
  );

  it('refuses a caller whom it does not know', async () => {
    expect((await app.request('GET', STREAM)).status).toBe(401);
    expect((await app.request('GET', STREAM, { psk: 'nobodys-key-0123456789-0123456789-0123' })).status).toBe(
      401,
    );
  });

  it('counts as one request, however long it is', async () => {
    const limited = await startApp({ env: { RATE_LIMIT_PER_MINUTE: '3' } });
    try {
      const psk = limited.platformPsk;
      const client = await EventStreamClient.open(limited.url, {}, { psk });
      await limited.request('PUT', '/governance/v1/groups/a', { psk, body: { name: 'A' } });
      await client.until(({ events }) => events.length === 1);
      const statuses: number[] = [];
      for (let n = 0; n < 4; n++) statuses.push((await limited.request('GET', EVENTS, { psk })).status);
      expect(statuses.at(-1)).toBe(429);
      const refused = await limited.request('GET', STREAM, { psk });
      expect([refused.status, refused.headers['retry-after']]).toEqual([429, expect.any(String)]);
      await client.close();
    } finally {
      await limited.stop();
    }
  });
});
