import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '../../src/event-store/event-store.js';
import { startApp, type App } from '../support/app.js';
import { givenDeployment, givenUserWithPsk } from '../support/governed.js';
import { readLog } from '../support/history.js';
import type { Answer } from '../support/http-client.js';

const EVENTS = '/governance/v1/events';

interface CloudEvent {
  readonly id: string;
  readonly subject: string;
  readonly type: string;
  readonly sequence: string;
  readonly actorid: string;
}
interface Page {
  readonly items: readonly CloudEvent[];
  readonly next: string;
}

describe('GET /governance/v1/events', () => {
  let app: App;
  let alice: string;
  let bob: string;
  let admin: string;
  let deploymentId: string;
  let log: readonly RecordedEvent[];

  const ask = (query: Record<string, string> = {}, psk = app.platformPsk): Promise<Answer> =>
    app.request('GET', `${EVENTS}?${new URLSearchParams(query).toString()}`, { psk });

  const page = async (query: Record<string, string> = {}, psk?: string): Promise<Page> => {
    const answer = await ask(query, psk);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    return answer.json as Page;
  };

  /** As a consumer does it: asks after `next` until there is nothing more. */
  const follow = async (query: Record<string, string>, psk?: string): Promise<readonly CloudEvent[]> => {
    const found: CloudEvent[] = [];
    let after: string | undefined;
    for (;;) {
      const { items, next } = await page({ ...query, ...(after !== undefined && { after }) }, psk);
      found.push(...items);
      if (items.length === 0 && next === after) return found;
      if (after !== undefined) expect(BigInt(next)).toBeGreaterThan(BigInt(after));
      after = next;
    }
  };

  const sequences = (matches: (event: RecordedEvent) => boolean): readonly string[] =>
    log
      .filter((event) => !event.stream.startsWith('idempotency-') && matches(event))
      .map(({ position }) => position.toString());

  beforeAll(async () => {
    app = await startApp();
    expect(await page()).toEqual({ items: [], next: '-1' });
    expect(await page({ after: '-1' })).toEqual({ items: [], next: '-1' });
    ({ psk: alice } = await givenUserWithPsk(app, 'alice', { roles: ['nx1_engineer'] }));
    ({ psk: bob } = await givenUserWithPsk(app, 'bob'));
    ({ psk: admin } = await givenUserWithPsk(app, 'root', { roles: ['governance-admin'] }));
    deploymentId = await givenDeployment(app, 'prod', { owner: 'alice', roles: ['nx1_engineer'] });
    await givenDeployment(app, 'other', { owner: 'bob' });
    for (let round = 0; round < 8; round++) {
      await app.request('PUT', '/api/models/churn/deployments/prod/allowed_roles', {
        psk: alice,
        headers: {
          'idempotency-key': `round-${round}`,
          'x-change-reason': 'Quarterly review',
          'x-correlation-id': `round-${round}`,
          ...(round === 0 && { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }),
        },
        body: { allowed_roles: ['nx1_engineer', `role-${round}`] },
      });
    }
    log = await readLog(app.store);
  });

  afterAll(() => app.stop());

  it('hands out an event in the form of CloudEvents 1.0, member by member', async () => {
    const event = log.find(({ type }) => type === 'RolesReplaced');
    const answer = await ask({ types: 'RolesReplaced', limit: '1' });
    const subject = `deployment-${deploymentId}`;
    expect(JSON.stringify((answer.json as Page).items[0])).toBe(
      JSON.stringify({
        specversion: '1.0',
        id: event?.id,
        source: '/countersign',
        type: 'countersign.deployment.RolesReplaced',
        subject,
        time: event?.metadata.occurredAt,
        datacontenttype: 'application/json',
        dataschema: '/governance/v1/schemas/RolesReplaced/1',
        sequence: event?.position.toString(),
        partitionkey: subject,
        correlationid: 'round-0',
        causationid: event?.metadata.causationId,
        actorkind: 'user',
        actorid: 'alice',
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        data: event?.data,
      }),
    );
    expect(event?.data).toMatchObject({ before: ['nx1_engineer'], added: ['role-0'], removed: [] });
  });

  it('names the public address as the source where there is one', async () => {
    const elsewhere = await startApp({ env: { PUBLIC_URL: 'https://governance.example' } });
    try {
      await givenDeployment(elsewhere, 'prod');
      const answer = await elsewhere.request('GET', `${EVENTS}?limit=1`, { psk: elsewhere.platformPsk });
      expect(answer.json).toMatchObject({ items: [{ source: 'https://governance.example' }] });
    } finally {
      await elsewhere.stop();
    }
  });

  it.each(['1', '3', '100'])(
    'hands out the whole log in order, without bookkeeping, %s at a time',
    async (limit) => {
      const found = await follow({ limit });
      expect(found.map(({ sequence }) => sequence)).toEqual(sequences(() => true));
      expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    },
  );

  it.each<
    [string, (subject: string) => Record<string, string>, (event: RecordedEvent, subject: string) => boolean]
  >([
    ['one type', () => ({ types: 'RolesReplaced' }), ({ type }) => type === 'RolesReplaced'],
    [
      'several types',
      () => ({ types: 'PskIssued,DeploymentRegistered' }),
      ({ type }) => ['PskIssued', 'DeploymentRegistered'].includes(type),
    ],
    ['an actor', () => ({ actor: 'platform' }), ({ metadata }) => metadata.actor.id === 'platform'],
    ['an entity', (entity) => ({ entity }), ({ stream }, subject) => stream === subject],
    [
      'all at once',
      (entity) => ({ entity, actor: 'alice', types: 'RolesReplaced,DeploymentStatusChanged' }),
      ({ stream, type, metadata }, subject) =>
        stream === subject && metadata.actor.id === 'alice' && type === 'RolesReplaced',
    ],
  ])('filters by %s, page by page to the end', async (_, query, matches) => {
    const subject = `deployment-${deploymentId}`;
    const expected = sequences((event) => matches(event, subject));
    const found = await follow({ ...query(subject), limit: '2' });
    expect(found.map(({ sequence }) => sequence)).toEqual(expected);
    expect(found.length).toBeGreaterThan(1);
  });

  it('goes on in the middle of an entity, after any position', async () => {
    const entity = `deployment-${deploymentId}`;
    const all = sequences(({ stream }) => stream === entity);
    for (const { position } of log) {
      const { items } = await page({ entity, after: position.toString() });
      expect(items.map(({ sequence }) => sequence)).toEqual(
        all.filter((sequence) => BigInt(sequence) > position),
      );
    }
  });

  it('says at the end where to ask next, and hands out what comes later', async () => {
    const end = (await page({ limit: '1000' })).next;
    expect(await page({ after: end })).toEqual({ items: [], next: end });
    await app.request('PUT', '/governance/v1/groups/risk', { psk: app.platformPsk, body: { name: 'Risk' } });
    expect((await page({ after: end })).items.map(({ type }) => type)).toEqual([
      'countersign.group.GroupRecorded',
    ]);
    log = await readLog(app.store);
  });

  it('refuses a position beyond the end: whoever has it has read another log, and would miss what comes', async () => {
    const head = await app.store.head();
    expect((await ask({ after: head.toString() })).status).toBe(200);
    for (const after of [(head + 1n).toString(), '999999999999999999']) {
      const ofEntity: Record<string, string> = { after, entity: `deployment-${deploymentId}` };
      for (const query of [{ after }, ofEntity]) {
        const answer = await ask(query);
        expect(answer.status).toBe(422);
        expect(answer.json).toMatchObject({
          type: 'urn:countersign:problem:position-beyond-end',
          status: 422,
        });
      }
    }
  });

  it('gives a user the events of deployments and of his own entry and keys, and no others', async () => {
    const own = (userId: string) =>
      sequences(
        ({ stream }) =>
          stream.startsWith('deployment-') || stream === `user-${userId}` || stream === `psk-${userId}`,
      );
    expect((await follow({}, alice)).map(({ sequence }) => sequence)).toEqual(own('alice'));
    expect((await follow({ limit: '1' }, bob)).map(({ sequence }) => sequence)).toEqual(own('bob'));
    expect((await page({ entity: 'user-alice' }, bob)).items).toEqual([]);
    expect((await page({ entity: 'psk-alice' }, bob)).items).toEqual([]);
    expect((await page({ entity: 'group-risk' }, bob)).items).toEqual([]);
    expect((await page({ entity: 'user-bob' }, bob)).items).toHaveLength(1);
    expect((await page({ entity: `deployment-${deploymentId}` }, bob)).items.length).toBeGreaterThan(1);
  });

  it('gives an administrator every event', async () => {
    expect((await follow({}, admin)).map(({ sequence }) => sequence)).toEqual(sequences(() => true));
  });

  it('hands out no bookkeeping, even when asked for it by name', async () => {
    const bookkeeping = log.find(({ stream }) => stream.startsWith('idempotency-'));
    expect(bookkeeping).toBeDefined();
    expect((await page({ entity: bookkeeping?.stream ?? '' })).items).toEqual([]);
    expect((await page({ types: 'RequestAnswered' })).items).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    ['an unknown type', { types: 'RolesReplaced,Nothing' }, '/query/types'],
    ['an inherited name as a type', { types: 'constructor' }, '/query/types'],
    ['an empty type', { types: 'RolesReplaced,' }, '/query/types'],
    ['no types', { types: '' }, '/query/types'],
    ['a position in words', { after: 'begin' }, '/query/after'],
    ['a negative position', { after: '-2' }, '/query/after'],
    ['a position with a fraction', { after: '1.5' }, '/query/after'],
    ['an entity without an aggregate', { entity: '42' }, '/query/entity'],
    ['a limit of 0', { limit: '0' }, '/query/limit'],
    ['a limit of 1001', { limit: '1001' }, '/query/limit'],
    ['an unknown parameter', { type: 'RolesReplaced' }, '/query/type'],
  ])('refuses %s and points at it', async (_, query, pointer) => {
    const answer = await ask(query);
    expect(answer.status).toBe(422);
    expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer }] });
  });

  it('refuses a caller whom it does not know', async () => {
    expect((await app.request('GET', EVENTS)).status).toBe(401);
  });
});
