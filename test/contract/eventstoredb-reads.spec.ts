import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import type { EventMetadata } from '../../src/event-store/event-metadata.js';
import { BEFORE_ALL, type EventStore, type RecordedEvent } from '../../src/event-store/event-store.js';
import { EventStoreDbServer } from '../support/eventstoredb-server.js';
import { appendForSure, collect, newEvent, newEvents, newStream, takeUntil } from './event-store.fixtures.js';

const IN_TIME_MS = 1_800;

const unavailable = expect.objectContaining({ name: 'EventStoreUnavailable' });

describe('an EventStoreDB that fails or holds what is not ours, read and followed', () => {
  let server: EventStoreDbServer;
  let store: EventStore;

  beforeEach(async () => {
    server = await EventStoreDbServer.start();
    store = EventStoreDbEventStore.open({ url: server.url });
    await store.append(newStream(), newEvents(1), 'no-stream');
  });
  afterEach(async () => {
    server.gateway.thaw();
    await store.close();
    await server.stop();
  });

  const positionsOf = (events: readonly RecordedEvent[]): bigint[] => events.map(({ position }) => position);

  /** Writes behind the adapter's back, as other applications and the store itself do. */
  const writeForeign = async (type: string, count: number): Promise<void> => {
    const events = newEvents(count).map((event) => ({ ...event, type, metadata: {} as EventMetadata }));
    await server.content.append(`foreign-${newStream()}`, events, 'no-stream');
  };

  describe('while it is away', () => {
    const ways: [string, (server: EventStoreDbServer) => Promise<void> | void][] = [
      ['connections are refused', ({ gateway }) => gateway.refuse()],
      ['the server is frozen', ({ gateway }) => gateway.freeze()],
      ['reads get no answer', ({ faults }) => void (faults.readsHang = true)],
    ];
    const comeBack = async ({ gateway, faults }: EventStoreDbServer): Promise<void> => {
      faults.readsHang = false;
      gateway.thaw();
      await gateway.refuse();
      await gateway.open();
    };

    it.each(ways)('everything says so in time, and goes on when it is back: %s', async (_, goAway) => {
      const stream = newStream();
      await store.append(stream, newEvents(3), 'no-stream');
      await goAway(server);
      const { signal } = new AbortController();
      const actions: (() => Promise<unknown>)[] = [
        () => collect(store.readStream(stream)),
        () => collect(store.readAll()),
        () => store.head(),
        () => collect(store.subscribeToAll({ after: BEFORE_ALL, signal })),
      ];
      for (const action of actions) {
        const start = performance.now();
        await expect(action()).rejects.toEqual(unavailable);
        expect(performance.now() - start).toBeLessThan(IN_TIME_MS);
      }
      expect(await store.reachable()).toBe(false);

      await comeBack(server);
      while (!(await store.reachable())) await pause(20);
      expect(await collect(store.readStream(stream))).toHaveLength(3);
      expect(await store.head()).toBe((await collect(store.readAll())).at(-1)?.position);
    });

    it('many ask whether it is there, and one question goes out', async () => {
      await pause(1_000);
      server.gateway.freeze();
      const start = performance.now();
      const answers = await Promise.all(Array.from({ length: 100 }, () => store.reachable()));
      expect(answers).not.toContain(true);
      expect(performance.now() - start).toBeLessThan(IN_TIME_MS);
      const again = performance.now();
      expect(await store.reachable()).toBe(false);
      expect(performance.now() - again).toBeLessThan(50);
    });
  });

  it('a read that is cut in the middle fails; it never passes for the whole', async () => {
    const stream = newStream();
    await store.append(stream, newEvents(500), 'no-stream');
    for (const read of [() => store.readStream(stream), () => store.readAll()]) {
      server.faults.cutReadsAfter = 200;
      const seen: RecordedEvent[] = [];
      const reading = (async () => {
        for await (const event of read()) seen.push(event);
      })();
      await expect(reading).rejects.toEqual(unavailable);
      const whole = await collect(read());
      expect(seen.length).toBeLessThan(500);
      expect(whole.slice(0, seen.length)).toEqual(seen);
      expect(whole.length).toBeGreaterThanOrEqual(500);
    }
  });

  it('a subscription that is cut again and again while others write: resumed from where it was, nothing is missing or repeated', async () => {
    const start = await store.head();
    const total = 8 * 40;
    const writing = Promise.all(
      Array.from({ length: 8 }, async () => {
        const stream = newStream();
        await appendForSure(store, stream, newEvents(1), 'no-stream');
        for (let revision = 0n; revision < 39n; revision++)
          await appendForSure(store, stream, newEvents(1), revision);
      }),
    );
    const seen: RecordedEvent[] = [];
    let after = start;
    let cuts = 0;
    while (seen.length < total) {
      server.faults.cutReadsAfter = 25;
      try {
        const { batches } = await takeUntil(store, { after, batchSize: 10 }, (_, batch) => {
          seen.push(...batch.events);
          after = batch.position;
          return seen.length >= total;
        });
        expect(batches.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toEqual(unavailable);
        cuts++;
        await pause(5);
      }
    }
    server.faults.cutReadsAfter = Infinity;
    await writing;
    expect(cuts).toBeGreaterThan(3);
    expect(positionsOf(seen)).toEqual(
      positionsOf(await collect(server.content.readAll()))
        .slice(1)
        .map((p) => p * 100n),
    );
  });

  it('a subscription that nobody takes from holds the server back', async () => {
    const after = await store.head();
    for (let i = 0; i < 10; i++) {
      await store.append(
        newStream(),
        Array.from({ length: 500 }, () => newEvent({ filler: 'x'.repeat(1_000) })),
        'no-stream',
      );
    }
    const controller = new AbortController();
    const batches = store
      .subscribeToAll({ after, signal: controller.signal, batchSize: 10 })
      [Symbol.asyncIterator]();
    expect((await batches.next()).value.events).toHaveLength(10);
    let sent = -1;
    while (sent !== server.eventsSent) {
      sent = server.eventsSent;
      await pause(100);
    }
    expect(sent).toBeLessThan(1_000);
    let left = 5_000 - 10;
    while (left > 0) left -= (await batches.next()).value.events.length;
    expect(left).toBe(0);
    controller.abort();
    await batches.next();
  });

  describe('what is not ours', () => {
    it("the store's own events and those of other applications are passed over, whatever reads", async () => {
      const start = await store.head();
      const mine = newEvents(4);
      const [first, second] = [newStream(), newStream()];
      await store.append(first, mine.slice(0, 2), 'no-stream');
      await writeForeign('$stats', 50);
      await writeForeign('OrderPlaced', 50);
      const { position } = await store.append(second, mine.slice(2), 'no-stream');
      await writeForeign('$stats', 50);
      await writeForeign('OrderPlaced', 50);

      const ids = mine.map(({ id }) => id);
      const idsOf = (events: readonly RecordedEvent[]): string[] => events.map(({ id }) => id);
      expect(await store.head()).toBe(position);
      expect(idsOf(await collect(store.readAll({ after: start })))).toEqual(ids);
      expect(idsOf(await collect(store.readAll({ after: start, limit: 3 })))).toEqual(ids.slice(0, 3));
      expect(idsOf(await collect(store.readAll({ direction: 'backwards', limit: 3 })))).toEqual(
        [...ids].reverse().slice(0, 3),
      );
      const { events } = await takeUntil(store, { after: start }, (_, { caughtUp }) => caughtUp);
      expect(idsOf(events)).toEqual(ids);
    });

    it.each(['$stats', 'OrderPlaced'])('while only such pass, the position moves on: %s', async (type) => {
      const after = await store.head();
      const controller = new AbortController();
      const batches = store.subscribeToAll({ after, signal: controller.signal })[Symbol.asyncIterator]();
      expect((await batches.next()).value).toEqual({ events: [], position: after, caughtUp: true });
      await writeForeign(type, 100);
      const moved = (await batches.next()).value;
      expect(moved).toMatchObject({ events: [], caughtUp: true });
      expect(moved.position).toBeGreaterThan(after);

      const { position } = await store.append(newStream(), newEvents(1), 'no-stream');
      const resumed = await takeUntil(store, { after: moved.position }, (events) => events.length > 0);
      expect(positionsOf(resumed.events)).toEqual([position]);
      controller.abort();
      await batches.return?.();
    });

    it('an event of somebody else in one of our streams is not passed over: nothing may be built on it', async () => {
      const stream = newStream();
      await store.append(stream, newEvents(1), 'no-stream');
      await server.content.append(stream, [{ ...newEvent(), metadata: {} as EventMetadata }], 0n);
      await expect(collect(store.readStream(stream))).rejects.toMatchObject({
        name: 'ForeignEvent',
        message: expect.stringContaining(`event 1 of ${stream}`),
      });
    });
  });

  describe('positions where no event begins', () => {
    it.each([-250n, -101n, -99n, -1n, 1n, 50n, 99n, 101n])(
      'are read and followed from like any other: %s from an event',
      async (distance) => {
        await store.append(newStream(), newEvents(10), 'no-stream');
        const all = await collect(store.readAll());
        const place = (all[5]?.position ?? 0n) + distance;
        const later = all.filter(({ position }) => position > place);
        const earlier = all.filter(({ position }) => position < place).reverse();
        expect(await collect(store.readAll({ after: place }))).toEqual(later);
        expect(await collect(store.readAll({ after: place, direction: 'backwards' }))).toEqual(earlier);
        const { events } = await takeUntil(store, { after: place }, (_, { caughtUp }) => caughtUp);
        expect(events).toEqual(later);
      },
    );

    it('beyond the end there is nothing, and before it everything', async () => {
      const all = await collect(store.readAll());
      const far = 10n ** 15n;
      expect(await collect(store.readAll({ after: far }))).toEqual([]);
      expect(await collect(store.readAll({ after: far, direction: 'backwards' }))).toEqual(
        [...all].reverse(),
      );
    });
  });
});
