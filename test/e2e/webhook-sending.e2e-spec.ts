import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { EventStreamClient } from '../support/event-stream.js';
import { SetClock } from '../support/set-clock.js';
import { verify, WebhookReceiver, type Received } from '../support/webhook-receiver.js';
import {
  deliveriesOf,
  eventually,
  givenEvent,
  givenWebhook,
  type GivenWebhook,
} from '../support/webhooks.js';

const HOUR = 3_600;

describe('webhooks', () => {
  let clock: SetClock;
  let app: App;
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    // Receivers refuse what was signed long ago.
    clock = new SetClock(new Date().toISOString());
    receiver = await WebhookReceiver.start();
    app = await startApp({
      clock,
      env: { WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true', WEBHOOK_TIMEOUT_SECONDS: '1' },
    });
  });
  afterEach(async () => {
    await app.stop();
    await receiver.stop();
  });

  const webhook = (filter?: object): Promise<GivenWebhook> =>
    givenWebhook(app, app.platformPsk, receiver.url, filter);
  const event = (group: string, name: string): Promise<string> =>
    givenEvent(app, app.platformPsk, group, name);
  const deliveries = (hook: GivenWebhook, status?: string) =>
    deliveriesOf(app, app.platformPsk, hook, status);
  const post = (hook: GivenWebhook, what: string, body?: object) =>
    app.request('POST', `${hook.path}/${what}`, { psk: app.platformPsk, ...(body && { body }) });
  const show = async (hook: GivenWebhook) =>
    (await app.request('GET', hook.path, { psk: app.platformPsk })).json;
  const failing = (wanted: (request: Received) => boolean, status = 500) => {
    receiver.answer = (request) => (wanted(request) ? { status, text: 'not now' } : { status: 200 });
  };
  const of = (group: string) => (request: Received) => request.event.subject === `group-${group}`;

  it('bring an event, signed, as the feed has it, to the byte', async () => {
    const hook = await webhook();
    const position = await event('a', 'A');
    await receiver.until(1);
    const [request] = receiver.received as [Received];
    verify(hook.secret, request);
    expect(() => verify(`whsec_${Buffer.alloc(32).toString('base64')}`, request)).toThrow();
    expect(request.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'webhook-id': request.event.id,
    });
    const feed = await app.request('GET', '/governance/v1/events?types=GroupRecorded', {
      psk: app.platformPsk,
    });
    expect(feed.text).toContain(`[${request.body}]`);
    expect(request.event).toMatchObject({ sequence: position, subject: 'group-a' });
    const found = await eventually(
      () => deliveries(hook),
      ({ length }) => length === 1,
    );
    expect(found).toEqual([
      {
        id: request.event.id,
        eventId: request.event.id,
        position,
        status: 'delivered',
        attempts: [
          {
            at: clock.now().toISOString(),
            statusCode: 204,
            latencyMs: expect.any(Number),
            answer: null,
            error: null,
          },
        ],
        nextAttemptAt: null,
      },
    ]);
    expect(await show(hook)).toMatchObject({ lag: '0' });
  });

  it('bring a consumer that reads everything the very same as feed and stream do, in order per entity', async () => {
    for (const name of ['A', 'B', 'C'])
      for (const group of ['a', 'b']) await event(group, `${group} ${name}`);
    const hook = await webhook();
    await post(hook, 'replay', { after: '-1' });
    await receiver.until(6);
    const stream = await EventStreamClient.open(
      app.url,
      { after: '-1', types: 'GroupRecorded' },
      { psk: app.platformPsk },
    );
    await stream.until(({ events }) => events.length === 6);
    await stream.close();
    const feed = await app.request('GET', '/governance/v1/events?types=GroupRecorded', {
      psk: app.platformPsk,
    });
    const streamed = stream.events.map(({ data }) => data);
    expect(feed.text.startsWith(`{"items":[${streamed.join(',')}],"next":`)).toBe(true);
    const inTurn = (bodies: readonly string[], group: string): readonly string[] =>
      bodies.filter((body) => body.includes(`"subject":"group-${group}"`));
    const posted = receiver.received.map(({ body }) => body);
    for (const group of ['a', 'b']) {
      expect(inTurn(posted, group)).toHaveLength(3);
      expect(inTurn(posted, group)).toEqual(inTurn(streamed, group));
    }
    expect(posted).toHaveLength(streamed.length);
  });

  it('bring what fits the filter and nothing else, and never anything about webhooks', async () => {
    const all = await webhook();
    await webhook({ types: ['GroupRecorded'], entity: 'group-b' });
    const b = await event('b', 'B');
    await event('c', 'C');
    await post(all, 'pause');
    await post(all, 'resume');
    const last = await event('d', 'D');
    await receiver.untilTrue(() => receiver.sequences.includes(last));
    await eventually(
      () => show(all),
      ({ lag }) => lag === '0',
    );
    expect(receiver.sequences.filter((sequence) => sequence === b)).toHaveLength(2);
    expect(new Set(receiver.received.map(({ event: { type } }) => type))).toEqual(
      new Set(['countersign.group.GroupRecorded']),
    );
    expect(receiver.received).toHaveLength(4);
  });

  it('hold back an entity whose delivery fails, and no other; its order is kept', async () => {
    const hook = await webhook();
    failing(of('bad'));
    const bad = [await event('bad', '1')];
    await receiver.until(1);
    const good: string[] = [];
    for (let n = 0; n < 20; n++) {
      bad.push(await event('bad', `more ${n}`));
      good.push(await event(`good-${n % 4}`, `${n}`));
    }
    const sent = (wanted: (request: Received) => boolean): string[] =>
      receiver.received.filter(wanted).map(({ event: { sequence } }) => sequence);
    await receiver.untilTrue(() => sent((request) => !of('bad')(request)).length === 20);
    expect(sent(of('bad'))).toEqual([bad[0]]);
    expect([...sent((request) => !of('bad')(request))].sort((a, b) => Number(a) - Number(b))).toEqual(good);
    expect(await deliveries(hook, 'retrying')).toMatchObject([
      { position: bad[0], attempts: [{ statusCode: 500, answer: 'not now', error: 'answered 500' }] },
    ]);
    receiver.answer = () => ({ status: 200 });
    clock.advance(10);
    await receiver.untilTrue(() => sent(of('bad')).length === bad.length + 1);
    expect(sent(of('bad'))).toEqual([bad[0], ...bad]);
    expect(
      new Set(receiver.received.filter(of('bad')).map(({ headers }) => headers['webhook-id'])).size,
    ).toBe(bad.length);
    await eventually(
      () => deliveries(hook, 'retrying'),
      ({ length }) => length === 0,
    );
  });

  it('try for days when a receiver answers 500, then keep a dead letter, which can be sent again', async () => {
    const hook = await webhook();
    failing(of('x'));
    const position = await event('x', 'X');
    const later = await event('x', 'after it');
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 9; attempt++) {
      const [found] = await eventually(
        () => deliveries(hook, 'retrying'),
        (list) => list[0]?.attempts.length === attempt,
      );
      const wait = Date.parse(found?.nextAttemptAt ?? '') - clock.now().getTime();
      waits.push(wait);
      clock.advance(Math.ceil(wait / 1_000));
    }
    const [dead] = await eventually(
      () => deliveries(hook, 'dead'),
      (list) => list.length === 1,
    );
    expect(dead).toMatchObject({ position, nextAttemptAt: null });
    expect(dead?.attempts).toHaveLength(10);
    expect(waits.every((wait, i) => i === 0 || wait > (waits[i - 1] ?? 0))).toBe(true);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(72 * HOUR * 1_000);
    const lines = async () => (await app.request('GET', '/metrics')).text;
    expect(await lines()).toContain(`countersign_webhook_dead_letters{webhook="${hook.id}"} 1`);

    // The entity goes on, with a schedule of its own.
    await receiver.untilTrue(() => receiver.sequences.includes(later));
    receiver.answer = () => ({ status: 200, text: 'thanks' });
    clock.advance(10);
    await eventually(
      () => deliveries(hook, 'delivered'),
      (list) => list[0]?.position === later,
    );
    const answer = await post(hook, 'redeliver', { from: position, to: position });
    expect([answer.status, answer.json.id]).toEqual([200, hook.id]);
    await eventually(
      () => deliveries(hook, 'dead'),
      (list) => list.length === 0,
    );
    const again = receiver.received.at(-1);
    expect([again?.event.sequence, again?.headers['webhook-id']]).toEqual([position, dead?.eventId]);
    await eventually(lines, (text) =>
      text.includes(`countersign_webhook_dead_letters{webhook="${hook.id}"} 0`),
    );

    const laterId = receiver.received.find(({ event: { sequence } }) => sequence === later)?.event.id;
    clock.advance(1);
    await post(hook, `deliveries/${laterId}/redeliver`);
    await receiver.untilTrue(() => receiver.sequences.at(-1) === later);
    const found = await eventually(
      () => deliveries(hook, 'delivered'),
      (list) => list.find(({ position: at }) => at === later)?.attempts.length === 3,
    );
    expect(found.find(({ position: at }) => at === later)?.attempts.at(-1)?.answer).toBe('thanks');
  });

  it('wait as long as a receiver asks for', async () => {
    const hook = await webhook();
    receiver.answer = () => ({ status: 503, headers: { 'retry-after': '1800' } });
    await event('x', 'X');
    const [found] = await eventually(
      () => deliveries(hook, 'retrying'),
      (list) => list.length === 1,
    );
    expect(Date.parse(found?.nextAttemptAt ?? '') - clock.now().getTime()).toBe(1_800_000);
  });

  it('try all that failed at once when a receiver is back, not only when each is due', async () => {
    const hook = await webhook();
    failing(() => true);
    for (let n = 0; n < 6; n++) await event(`g${n}`, 'G');
    for (const [attempt, seconds] of [10, 400, 0].entries()) {
      await eventually(
        () => deliveries(hook, 'retrying'),
        (list) => list.length === 6 && list.every(({ attempts }) => attempts.length === attempt + 1),
      );
      clock.advance(seconds);
    }
    receiver.answer = () => ({ status: 200 });
    await event('other', 'O');
    await receiver.untilTrue(() => receiver.received.some(of('other')));
    // Far less than the half hour and more that each would wait else.
    let seconds = 0;
    await eventually(
      () => {
        clock.advance(1);
        seconds++;
        return deliveries(hook, 'retrying');
      },
      (list) => list.length === 0,
    );
    expect(seconds).toBeLessThan(600);
  });

  it('end when the receiver answers 410, and go on when they are resumed', async () => {
    const hook = await webhook();
    receiver.answer = () => ({ status: 410 });
    const position = await event('x', 'X');
    await eventually(
      () => show(hook),
      ({ status }) => status === 'disabled',
    );
    expect(await show(hook)).toMatchObject({ disabledReason: 'the receiver answered 410 Gone' });
    const audit = await app.request('GET', `/governance/v1/audit?entityType=webhook&entityId=${hook.id}`, {
      psk: app.platformPsk,
    });
    expect(audit.json.items[0]).toMatchObject({
      eventType: 'WebhookDisabled',
      actor: { kind: 'system', id: 'webhooks' },
    });
    await event('y', 'Y');
    clock.advance(HOUR);
    expect((await post(hook, 'pause')).status).toBe(409);
    receiver.answer = () => ({ status: 200 });
    const { json } = await post(hook, 'resume');
    expect(json).toMatchObject({ status: 'active', disabledReason: null });
    await receiver.until(3);
    expect(new Set(receiver.sequences.slice(1)).has(position)).toBe(true);
  });

  it.each<[string, () => void]>([
    ['hangs', () => (receiver.answer = () => new Promise(() => undefined))],
    ['closes early', () => (receiver.answer = () => (socket) => void socket.destroy())],
    [
      'lies about the length',
      () =>
        (receiver.answer = () => (socket) =>
          void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nshort')),
    ],
  ])('one whose receiver %s keeps nothing else from going on', async (_, misbehave) => {
    misbehave();
    const hook = await webhook();
    const fine = await WebhookReceiver.start();
    try {
      await givenWebhook(app, app.platformPsk, fine.url);
      for (let n = 0; n < 40; n++) await event(`g${n}`, 'G');
      await fine.until(40);
      const found = await eventually(
        () => deliveries(hook, 'retrying'),
        ({ length }) => length === 40,
      );
      expect(found.every(({ attempts }) => attempts[0]?.statusCode === null)).toBe(true);
      expect((await app.request('GET', '/readyz')).status).toBe(200);
    } finally {
      await fine.stop();
    }
  });

  it('send nothing while paused, and all of it afterwards', async () => {
    const hook = await webhook();
    expect((await post(hook, 'pause')).json).toMatchObject({ status: 'paused' });
    const missed = [await event('a', '1'), await event('b', '2')];
    expect(await show(hook)).toMatchObject({ status: 'paused', lag: expect.stringMatching(/^[1-9]/) });
    expect(receiver.received).toHaveLength(0);
    await post(hook, 'resume');
    await receiver.until(2);
    expect(receiver.sequences).toEqual(missed);
  });

  it('sign with both secrets for a day after one was replaced', async () => {
    const hook = await webhook();
    const { json, status } = await post(hook, 'rotate');
    const fresh = json.secret as string;
    expect([status, /^whsec_[A-Za-z0-9+/]{43}=$/.test(fresh), fresh === hook.secret]).toEqual([
      200,
      true,
      false,
    ]);
    const position = await event('a', '1');
    await receiver.untilTrue(() => receiver.sequences.includes(position));
    const both = receiver.received.at(-1)!;
    verify(hook.secret, both);
    verify(fresh, both);
    clock.advance(24 * HOUR);
    const next = await event('a', '2');
    await receiver.untilTrue(() => receiver.sequences.includes(next));
    expect(String(receiver.received.at(-1)?.headers['webhook-signature']).split(' ')).toHaveLength(1);
  });

  it('bring everything again from a position', async () => {
    const first = await event('a', 'before the webhook');
    const hook = await webhook();
    const second = await event('a', '1');
    await receiver.until(1);
    const { status, json } = await post(hook, 'replay', { after: '0' });
    expect([status, json.position]).toEqual([200, '0']);
    await receiver.until(3);
    expect(receiver.sequences).toEqual([second, first, second]);
    await eventually(
      () => show(hook),
      ({ lag }) => lag === '0',
    );
    const beyond = await post(hook, 'replay', { after: '999999' });
    expect([beyond.status, beyond.json.errors[0].pointer]).toEqual([422, '/after']);
  });

  it('test the receiver with an event that stands in no log', async () => {
    const hook = await webhook();
    await post(hook, 'pause');
    receiver.answer = () => ({ status: 500, text: 'x'.repeat(5_000) });
    const head = await app.store.head();
    const { status, json } = await post(hook, 'test');
    const [request] = receiver.received as [Received];
    verify(hook.secret, request);
    expect(request.event).toMatchObject({
      id: json.eventId,
      type: 'countersign.webhook.WebhookTested',
      subject: `webhook-${hook.id}`,
      data: { webhookId: hook.id },
    });
    expect([status, json.attempt.statusCode, json.attempt.answer.length]).toEqual([200, 500, 1024]);
    expect(await app.store.head()).toBe(head);
    expect(await deliveries(hook)).toEqual([]);
  });

  it('go on after a restart where they stood, with their retries, and show what was delivered before', async () => {
    const hook = await webhook();
    failing(of('bad'));
    await event('bad', '1');
    await event('good', '1');
    await event('bad', '2');
    await eventually(
      () => deliveries(hook),
      ({ length }) => length === 2,
    );
    const before = await deliveries(hook);
    await app.restart();
    expect(await deliveries(hook)).toEqual(before);
    receiver.received.length = 0;
    const next = await event('good', '2');
    await receiver.until(1);
    expect(receiver.sequences).toEqual([next]);
    receiver.answer = () => ({ status: 200 });
    clock.advance(10);
    await receiver.until(3);
    expect(receiver.received.slice(1).map(({ event: { data } }) => data['name'])).toEqual(['1', '2']);
  });

  it('write few events to the log', async () => {
    const hook = await webhook();
    for (let n = 0; n < 100; n++) await event(`g${n % 10}`, `${n}`);
    await receiver.until(100);
    await app.restart();
    let bookkeeping = 0;
    for await (const { stream } of app.store.readAll())
      if (stream === `webhookSender-${hook.id}`) bookkeeping++;
    expect(bookkeeping).toBe(2);
    expect((await deliveries(hook)).length).toBe(100);
  });

  it('are forgotten when they are deleted', async () => {
    const hook = await webhook();
    await event('a', '1');
    await receiver.until(1);
    expect((await app.request('DELETE', hook.path, { psk: app.platformPsk })).status).toBe(204);
    await event('a', '2');
    expect((await app.request('GET', hook.path, { psk: app.platformPsk })).status).toBe(404);
    expect((await app.request('GET', `${hook.path}/deliveries`, { psk: app.platformPsk })).status).toBe(404);
    expect((await app.request('GET', '/metrics')).text).not.toContain(hook.id);
    expect(receiver.received).toHaveLength(1);
  });
});

describe('a webhook whose receiver hangs', () => {
  it('goes on when it was paused and resumed, also while what was under way has not ended', async () => {
    const receiver = await WebhookReceiver.start();
    const app = await startApp({
      env: { WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true', WEBHOOK_TIMEOUT_SECONDS: '60' },
    });
    try {
      const hook = await givenWebhook(app, app.platformPsk, receiver.url);
      receiver.answer = () => new Promise(() => undefined);
      const position = await givenEvent(app, app.platformPsk, 'a', '1');
      await receiver.until(1);
      receiver.answer = () => ({ status: 200 });
      for (const what of ['pause', 'resume', 'pause', 'resume'])
        await app.request('POST', `${hook.path}/${what}`, { psk: app.platformPsk });
      await receiver.until(2);
      expect(receiver.sequences).toEqual([position, position]);
    } finally {
      await app.stop();
      await receiver.stop();
    }
  });
});
