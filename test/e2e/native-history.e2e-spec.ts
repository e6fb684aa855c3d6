import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { streamName } from '../../src/domain/events.js';
import type { RecordedEvent } from '../../src/event-store/event-store.js';
import { startApp, type App } from '../support/app.js';
import { parseCsv } from '../support/csv-parser.js';
import { appendHistory, generateHistory, historyEvent, readLog, START } from '../support/history.js';
import type { Answer } from '../support/http-client.js';

const HISTORY = 600;
const AUDIT = '/governance/v1/audit';
const iso = (seconds: number): string => new Date(START + seconds * 1_000).toISOString();

const seeded = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

interface Item {
  readonly position: string;
  readonly [field: string]: unknown;
}

describe('GET /governance/v1/audit', () => {
  let app: App;
  let log: readonly RecordedEvent[];

  const audit = (query: Record<string, string> = {}, accept?: string): Promise<Answer> =>
    app.request('GET', `${AUDIT}?${new URLSearchParams(query).toString()}`, {
      psk: app.platformPsk,
      ...(accept !== undefined && { headers: { accept } }),
    });

  /** The positions that the history shows, oldest first: bookkeeping is no history. */
  const shown = (matches: (event: RecordedEvent) => boolean = () => true): readonly string[] =>
    log
      .filter((event) => !event.stream.startsWith('idempotency-') && matches(event))
      .map(({ position }) => position.toString());

  const positions = (answer: Answer): readonly string[] =>
    (answer.json as { items: readonly Item[] }).items.map(({ position }) => position);

  beforeAll(async () => {
    app = await startApp({ madeUpEvents: true });
    await appendHistory(app.store, generateHistory(HISTORY, seeded(3)));
    await appendHistory(app.store, [
      historyEvent('deployment-guard', 'RolesReplaced', {
        occurredAt: iso(10_000),
        reason: '=HYPERLINK("http://evil.example","click")',
        correlationId: '@sum',
        data: {
          deploymentId: 'guard',
          after: [],
          added: [],
          removed: [],
          quote: 'say "hi", twice\r\nplease',
          list: ['a,b', 'ü€😀'],
          nothing: null,
        },
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      }),
    ]);
    await app.readModels.waitFor(await app.store.head(), { timeoutMs: 10_000 });
    log = await readLog(app.store);
  });

  afterAll(() => app.stop());

  it('shows an event with all its fields', async () => {
    const answer = await audit({ entityId: 'guard' });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    const event = log.find(({ stream }) => stream === 'deployment-guard');
    expect(answer.json).toEqual({
      items: [
        {
          position: event?.position.toString(),
          eventId: event?.id,
          eventType: 'RolesReplaced',
          schemaVersion: 1,
          occurredAt: iso(10_000),
          entityType: 'deployment',
          entityId: 'guard',
          revision: '0',
          actor: { kind: 'user', id: 'alice', name: null },
          credential: { type: 'jwt', id: 'j-1' },
          correlationId: '@sum',
          causationId: event?.metadata.causationId,
          traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
          reason: '=HYPERLINK("http://evil.example","click")',
          data: {
            deploymentId: 'guard',
            after: [],
            added: [],
            removed: [],
            quote: 'say "hi", twice\r\nplease',
            list: ['a,b', 'ü€😀'],
            nothing: null,
          },
        },
      ],
      next: null,
    });
  });

  it('shows a hundred entries, newest first, and the way to the next page', async () => {
    const answer = await audit();
    expect(positions(answer)).toEqual([...shown()].reverse().slice(0, 100));
    const { next } = answer.json as { next: string };
    expect(answer.headers['link']).toBe(`<${AUDIT}?cursor=${next}>; rel="next"`);
  });

  it('follows Link to the end without a gap or a repeat, with the filters kept', async () => {
    const found: string[] = [];
    let path: string | undefined = `${AUDIT}?order=asc&actor=bob&limit=17`;
    while (path !== undefined) {
      const answer: Answer = await app.request('GET', path, { psk: app.platformPsk });
      expect(answer.status).toBe(200);
      found.push(...positions(answer));
      path = /^<(.+)>; rel="next"$/.exec(answer.headers['link'] ?? '')?.[1];
    }
    expect(found).toEqual(shown(({ metadata }) => metadata.actor.id === 'bob'));
  });

  it.each<[Record<string, string>, (event: RecordedEvent) => boolean]>([
    [{ entityType: 'user' }, ({ stream }) => stream.startsWith('user-')],
    [{ entityType: 'psk', entityId: '2' }, ({ stream }) => stream === 'psk-2'],
    [{ eventType: 'PskIssued' }, ({ type }) => type === 'PskIssued'],
    [{ actor: 'platform' }, ({ metadata }) => metadata.actor.id === 'platform'],
    [{ correlationId: 'c-2' }, ({ metadata }) => metadata.correlationId === 'c-2'],
    [{ since: iso(100) }, ({ metadata }) => metadata.occurredAt >= iso(100)],
    [{ until: iso(100) }, ({ metadata }) => metadata.occurredAt < iso(100)],
    [
      { since: '2026-01-01T01:03:20+01:00', until: iso(300), entityType: 'deployment' },
      ({ stream, metadata: { occurredAt } }) =>
        stream.startsWith('deployment-') && occurredAt >= iso(200) && occurredAt < iso(300),
    ],
  ])('%j finds those events and no others', async (query, matches) => {
    const answer = await audit({ ...query, limit: '1000', order: 'asc' });
    expect(positions(answer)).toEqual(shown(matches));
    expect(positions(answer).length).toBeGreaterThan(0);
  });

  it('counts since in and until out, to the millisecond and beyond', async () => {
    const time = iso(10_000);
    const found = async (query: Record<string, string>): Promise<number> =>
      positions(await audit({ entityId: 'guard', ...query })).length;
    expect(await found({ since: time })).toBe(1);
    expect(await found({ until: time })).toBe(0);
    expect(await found({ since: time.replace('.000Z', '.0001Z') })).toBe(0);
    expect(await found({ until: time.replace('.000Z', '.0001Z') })).toBe(1);
  });

  it.each<[string, Record<string, string>, string]>([
    ['a limit of 0', { limit: '0' }, '/query/limit'],
    ['a limit of 1001', { limit: '1001' }, '/query/limit'],
    ['a limit in words', { limit: 'ten' }, '/query/limit'],
    ['an unknown event type', { eventType: 'RolesReplacd' }, '/query/eventType'],
    ['an unknown order', { order: 'DESC' }, '/query/order'],
    ['a time without an offset', { since: '2026-01-01T00:00:00' }, '/query/since'],
    ['a day that does not exist', { until: '2026-02-30T00:00:00Z' }, '/query/until'],
    ['an empty filter', { entityId: '' }, '/query/entityId'],
    ['a filter with a NUL', { entityId: 'a\u0000b' }, '/query/entityId'],
    ['a parameter that does not exist', { entityID: '1' }, '/query/entityID'],
    ['a broken cursor', { cursor: 'abc' }, '/query/cursor'],
  ])('refuses %s and points at it', async (_, query, pointer) => {
    const answer = await audit(query);
    expect(answer.status).toBe(422);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect((answer.json as { errors: readonly Item[] }).errors.map((error) => error['pointer'])).toEqual([
      pointer,
    ]);
  });

  it('refuses a filter that is given twice', async () => {
    const answer = await app.request('GET', `${AUDIT}?actor=a&actor=b`, { psk: app.platformPsk });
    expect(answer.status).toBe(422);
  });

  it('refuses a cursor of other filters, of another list, or with a changed character', async () => {
    const { next } = (await audit({ actor: 'bob', limit: '5' })).json as { next: string };
    expect((await audit({ actor: 'bob', limit: '9', cursor: next })).status).toBe(200);
    expect((await audit({ actor: 'alice', limit: '5', cursor: next })).status).toBe(422);
    expect((await audit({ actor: 'bob', order: 'asc', cursor: next })).status).toBe(422);
    expect((await audit({ cursor: next })).status).toBe(422);
    const users = await app.request('GET', `/governance/v1/users?cursor=${next}`, { psk: app.platformPsk });
    expect(users.status).toBe(422);
    for (let at = 0; at < next.length; at++) {
      const changed = next.slice(0, at) + (next[at] === 'A' ? 'B' : 'A') + next.slice(at + 1);
      expect((await audit({ actor: 'bob', cursor: changed })).status).toBe(422);
    }
  });

  it.each([
    [undefined, 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
    ['text/html, application/xhtml+xml, */*;q=0.8', 'application/json; charset=utf-8'],
    ['text/csv;q=0.5, application/x-ndjson;q=0.9', 'application/x-ndjson; charset=utf-8'],
    ['text/*', 'text/csv; charset=utf-8'],
  ])('answers Accept: %s with %s', async (accept, type) => {
    const answer = await audit({ entityId: 'guard' }, accept);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, type]);
  });

  it.each(['text/html', 'application/json;q=0', 'application/x-ndjsn'])(
    'refuses Accept: %s',
    async (accept) => {
      const answer = await audit({ entityId: 'guard' }, accept);
      expect([answer.status, (answer.json as Item)['type']]).toEqual([
        406,
        'urn:countersign:problem:not-acceptable',
      ]);
    },
  );

  it('streams the whole result as NDJSON, each line an item of the list', async () => {
    const answer = await audit({ order: 'asc' }, 'application/x-ndjson');
    expect(answer.text.endsWith('\n')).toBe(true);
    const lines = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Item);
    expect(lines.map(({ position }) => position)).toEqual(shown());
    const listed = (await audit({ order: 'asc', limit: '1000' })).json as { items: readonly Item[] };
    expect(lines).toEqual(listed.items);
  });

  it('streams the whole result as CSV that reads back field by field, with formulas disarmed', async () => {
    const answer = await audit({}, 'text/csv');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="audit.csv"');
    const [head, ...rows] = parseCsv(answer.text);
    expect(head?.join(',')).toBe(
      'position,occurredAt,eventType,entityType,entityId,revision,actorKind,actorId,actorName,credentialType,credentialId,correlationId,causationId,reason,data',
    );
    expect(rows.map(([position]) => position)).toEqual([...shown()].reverse());
    const event = log.find(({ stream }) => stream === 'deployment-guard');
    expect(rows[0]).toEqual([
      event?.position.toString(),
      iso(10_000),
      'RolesReplaced',
      'deployment',
      'guard',
      '0',
      'user',
      'alice',
      '',
      'jwt',
      'j-1',
      "'@sum",
      event?.metadata.causationId,
      `'=HYPERLINK("http://evil.example","click")`,
      JSON.stringify(event?.data),
    ]);
  });

  it('ends an export where the log ended when it began', async () => {
    const before = shown();
    const response = await open('application/x-ndjson');
    await appendHistory(app.store, generateHistory(20, seeded(5)));
    await app.readModels.waitFor(await app.store.head(), { timeoutMs: 10_000 });
    let text = '';
    response.setEncoding('utf8');
    for await (const chunk of response) text += String(chunk);
    expect(text.trimEnd().split('\n')).toHaveLength(before.length);
    log = await readLog(app.store);
  });

  it('is for the platform and administrators, and asks who it is first of all', async () => {
    const answer = await app.request('GET', `${AUDIT}?limit=0`);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('Bearer realm="governance"');
    expect(answer.json).toMatchObject({
      status: 401,
      title: expect.any(String),
      traceId: expect.any(String),
    });
  });

  const open = async (accept: string): Promise<IncomingMessage> => {
    const outgoing = httpGet(`${app.url}${AUDIT}?order=asc`, {
      headers: { 'authorization-psk': app.platformPsk, accept },
    });
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return response;
  };
});

describe('a large export', () => {
  it('reads no further than its reader, and stops when he goes away', async () => {
    const app = await startApp({ madeUpEvents: true });
    try {
      const filler = 'x'.repeat(10_000);
      const events = Array.from(
        { length: 50 },
        (_, index) =>
          historyEvent(streamName('deployment', 'big'), 'RolesReplaced', {
            data: { deploymentId: 'big', after: [], added: [], removed: [], index, filler },
          }).event,
      );
      for (let round = 0; round < 50; round++) {
        await app.store.append(
          streamName('deployment', `big-${round}`),
          events.map((event) => ({ ...event, id: crypto.randomUUID() })),
          'no-stream',
        );
      }
      await app.readModels.waitFor(await app.store.head(), { timeoutMs: 20_000 });
      let slices = 0;
      const all = app.readModels.all.bind(app.readModels);
      app.readModels.all = (sql, ...parameters) => {
        if (sql.includes('FROM audit')) slices++;
        return all(sql, ...parameters);
      };
      const outgoing = httpGet(`${app.url}${AUDIT}`, {
        headers: { 'authorization-psk': app.platformPsk, accept: 'application/x-ndjson' },
      });
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      await once(response, 'readable');
      response.read(1);
      await settled(() => slices);
      // 2,500 entries of 10 kB are ten slices of 250: the sockets hold a few megabytes, the rest is not read yet.
      expect(slices).toBeGreaterThan(0);
      expect(slices).toBeLessThan(10);
      const readBefore = slices;
      response.destroy();
      expect((await app.request('GET', `${AUDIT}?limit=1`, { psk: app.platformPsk })).status).toBe(200);
      await settled(() => slices);
      expect(slices).toBe(readBefore + 1);
    } finally {
      await app.stop();
    }
  });

  /** Resolves when a count has stopped rising for some rounds of the event loop and of the sockets. */
  const settled = async (count: () => number): Promise<void> => {
    for (let still = 0, last = -1; still < 20;) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      still = count() === last ? still + 1 : 0;
      last = count();
    }
  };
});
