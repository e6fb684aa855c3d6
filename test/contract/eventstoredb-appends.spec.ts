import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import type { EventStore, ExpectedRevision } from '../../src/event-store/event-store.js';
import { EventStoreDbServer } from '../support/eventstoredb-server.js';
import { collect, newEvents, newStream } from './event-store.fixtures.js';

/** Commands are answered within two seconds, and an append is not all that a command does. */
const IN_TIME_MS = 1_800;

const unknown = expect.objectContaining({ name: 'AppendOutcomeUnknown' });
const unavailable = expect.objectContaining({
  name: expect.stringMatching(/^(EventStoreUnavailable|AppendOutcomeUnknown)$/),
});

describe('appends to an EventStoreDB that fails', () => {
  let server: EventStoreDbServer;
  let store: EventStore;

  beforeEach(async () => {
    server = await EventStoreDbServer.start();
    store = EventStoreDbEventStore.open({ url: server.url });
    // Connected, as a service is when its store fails.
    await store.append(newStream(), newEvents(1), 'no-stream');
  });
  afterEach(async () => {
    server.gateway.thaw();
    await store.close();
    await server.stop();
  });

  const inTime = async <Result>(action: () => Promise<Result>): Promise<Result> => {
    const start = performance.now();
    try {
      return await action();
    } finally {
      expect(performance.now() - start).toBeLessThan(IN_TIME_MS);
    }
  };
  const written = async (stream: string): Promise<string[]> =>
    (await collect(server.content.readStream(stream))).map(({ id }) => id);
  const ids = (events: readonly { id: string }[]): string[] => events.map(({ id }) => id);

  describe('an attempt that leaves its outcome open is settled by repeating it: written once, answered rightly', () => {
    const faults: [string, (server: EventStoreDbServer) => void][] = [
      ['written, and the connection lost before the answer', ({ faults: f }) => (f.loseNextAnswer = true)],
      ['the stream of appends ended by the server', ({ faults: f }) => (f.endNextAppendStream = true)],
      ['a time-out of the server', ({ faults: f }) => f.refusals.push('Timeout')],
      ['an error that says nothing', ({ faults: f }) => f.refusals.push('Unknown')],
      ['a server that is not ready', ({ faults: f }) => f.refusals.push('NotReady', 'NotReady')],
      ['the connection lost before', ({ gateway }) => gateway.cut()],
    ];

    it.each(faults)('%s', async (_, fail) => {
      const stream = newStream();
      const [first, second] = [newEvents(2), newEvents(2)];
      fail(server);
      const result = await inTime(() => store.append(stream, first, 'no-stream'));
      fail(server);
      expect((await inTime(() => store.append(stream, second, 1n))).revision).toBe(3n);

      expect(await written(stream)).toEqual(ids([...first, ...second]));
      expect(await store.append(stream, first, 'no-stream')).toEqual(result);
    });

    it.each(faults)('a conflict stays one: %s', async (_, fail) => {
      const stream = newStream();
      const present = newEvents(2);
      await store.append(stream, present, 'no-stream');
      fail(server);
      await expect(inTime(() => store.append(stream, newEvents(1), 0n))).rejects.toMatchObject({
        name: 'RevisionConflict',
        actual: 1n,
      });
      expect(await written(stream)).toEqual(ids(present));
    });

    it('answers that stay away for a while, on a connection that lives', async () => {
      const stream = newStream();
      const events = newEvents(1);
      server.faults.appends = 'unanswered';
      const append = inTime(() => store.append(stream, events, 'no-stream'));
      while ((await written(stream)).length === 0) await new Promise(setImmediate);
      server.faults.appends = 'answered';
      expect((await append).revision).toBe(0n);
      expect(await written(stream)).toEqual(ids(events));
    });
  });

  describe('one that can not be settled in time says so, and does not say that nothing was written', () => {
    it.each<['unanswered' | 'ignored', number]>([
      ['unanswered', 1],
      ['ignored', 0],
    ])('appends are %s', async (appends, count) => {
      const stream = newStream();
      const events = newEvents(1);
      server.faults.appends = appends;
      await expect(inTime(() => store.append(stream, events, 'no-stream'))).rejects.toEqual(unknown);
      expect(await written(stream)).toHaveLength(count);

      server.faults.appends = 'answered';
      expect((await inTime(() => store.append(stream, events, 'no-stream'))).revision).toBe(0n);
      expect(await written(stream)).toEqual(ids(events));
    });

    it('the server is frozen', async () => {
      const stream = newStream();
      const events = newEvents(1);
      server.gateway.freeze();
      await expect(inTime(() => store.append(stream, events, 'no-stream'))).rejects.toEqual(unknown);
      server.gateway.thaw();
      expect((await inTime(() => store.append(stream, events, 'no-stream'))).revision).toBe(0n);
      expect(await written(stream)).toEqual(ids(events));
    });

    it('connections are refused; when they are taken again, the next append gets through', async () => {
      const stream = newStream();
      const events = newEvents(1);
      await server.gateway.refuse();
      for (let i = 0; i < 3; i++) {
        await expect(inTime(() => store.append(stream, events, 'no-stream'))).rejects.toEqual(unavailable);
      }
      expect(await written(stream)).toEqual([]);
      await server.gateway.open();
      expect((await inTime(() => store.append(stream, events, 'no-stream'))).revision).toBe(0n);
    });

    it('many at once: none is left without an answer', async () => {
      server.gateway.freeze();
      const appends = Array.from({ length: 500 }, () => store.append(newStream(), newEvents(1), 'no-stream'));
      const outcomes = await inTime(() => Promise.allSettled(appends));
      for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: unknown });
    });
  });

  describe('without an explicit revision nothing is sent twice', () => {
    it.each<ExpectedRevision>(['any', 'stream-exists'])('%s', async (expected) => {
      const stream = newStream();
      await store.append(stream, newEvents(1), 'no-stream');
      server.faults.loseNextAnswer = true;
      const events = newEvents(1);
      await expect(inTime(() => store.append(stream, events, expected))).rejects.toEqual(unknown);
      expect((await written(stream)).slice(1)).toEqual(ids(events));

      server.faults.refusals.push('Timeout');
      await expect(inTime(() => store.append(stream, newEvents(1), expected))).rejects.toEqual(unknown);
      expect(await written(stream)).toHaveLength(2);
    });

    it('but what certainly was not written is', async () => {
      const stream = newStream();
      server.faults.refusals.push('NotReady');
      expect((await inTime(() => store.append(stream, newEvents(1), 'any'))).revision).toBe(0n);
      expect(await written(stream)).toHaveLength(1);
    });
  });

  it.each([
    ['AccessDenied', /check user and password/],
    ['StreamDeleted', /deleted for good/],
    ['BadRequest', /does not understand/],
  ])('a refusal is final: %s', async (kind, message) => {
    const stream = newStream();
    server.faults.refusals.push(kind);
    await expect(store.append(stream, newEvents(1), 'no-stream')).rejects.toThrow(message);
    expect(await written(stream)).toEqual([]);
  });

  it('a node that does not lead names the one that does, and appends go there from then on', async () => {
    const leader = await EventStoreDbServer.start();
    server.faults.leaderElsewhere = leader.gateway.port;
    const stream = newStream();
    const [first, second] = [newEvents(1), newEvents(1)];
    await inTime(() => store.append(stream, first, 'no-stream'));
    await inTime(() => store.append(stream, second, 0n));

    const there = await collect(leader.content.readStream(stream));
    expect(ids(there)).toEqual(ids([...first, ...second]));
    expect(await written(stream)).toEqual([]);
    await leader.stop();
  });

  it('one append that waits does not keep others from their answers', async () => {
    const [slow, quick] = [newStream(), newStream()];
    server.faults.appends = 'ignored';
    const waiting = store.append(slow, newEvents(1), 'no-stream');
    await new Promise((resolve) => setTimeout(resolve, 50));
    server.faults.appends = 'answered';
    await store.append(quick, newEvents(1), 'no-stream');
    expect((await waiting).revision).toBe(0n);
  });

  it('close waits for appends, and ends in time also when the server hangs', async () => {
    server.gateway.freeze();
    const append = store.append(newStream(), newEvents(1), 'no-stream');
    const outcome = expect(append).rejects.toEqual(unknown);
    const start = performance.now();
    await store.close();
    expect(performance.now() - start).toBeLessThan(3_000);
    await outcome;
  });

  it('a server that comes back empty is told apart: what one expects of it is a conflict', async () => {
    const stream = newStream();
    await store.append(stream, newEvents(3), 'no-stream');
    await server.restartEmpty();
    await expect(store.append(stream, newEvents(1), 2n)).rejects.toMatchObject({
      name: 'RevisionConflict',
      actual: 'no-stream',
    });
    expect(await store.head()).toBe(-1n);
  });
});
