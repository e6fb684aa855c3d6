import { describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import type { RecordedEvent, SubscriptionBatch } from '../../src/event-store/event-store.js';
import type { StoreUnderTest } from './event-store.contract.js';
import { appendForSure, collect, newEvents, newStream, takeUntil } from './event-store.fixtures.js';

const positionsOf = (events: readonly RecordedEvent[]): bigint[] => events.map(({ position }) => position);

export const subscriptionContract = (subject: StoreUnderTest): void => {
  /** Appends `count` events, one append each, to a stream of its own. */
  const write = async (count: number): Promise<bigint> => {
    const stream = newStream();
    let last = await appendForSure(subject.store, stream, newEvents(1), 'no-stream');
    for (let i = 1; i < count; i++) {
      last = await appendForSure(subject.store, stream, newEvents(1), last.revision);
    }
    return last.position;
  };

  it('hands over what is there, then says that it has caught up', async () => {
    const start = await subject.store.head();
    const end = await write(25);
    const { events, batches } = await takeUntil(
      subject.store,
      { after: start, batchSize: 10 },
      (_, { caughtUp }) => caughtUp,
    );
    expect(positionsOf(events)).toEqual(positionsOf(await collect(subject.store.readAll({ after: start }))));
    expect(batches.map((batch) => batch.events.length <= 10)).not.toContain(false);
    expect(batches.map(({ caughtUp }) => caughtUp)).toEqual([...batches.slice(1).map(() => false), true]);
    expect(batches.at(-1)!.position).toBe(end);
  });

  it('at the head of the log it has caught up at once, with nothing', async () => {
    const head = await subject.store.head();
    const { batches } = await takeUntil(subject.store, { after: head }, () => true);
    expect(batches).toEqual([{ events: [], position: head, caughtUp: true }]);
  });

  it('is live after it has caught up: each commit wakes it', async () => {
    const start = await subject.store.head();
    let written = 0;
    const { events } = await takeUntil(subject.store, { after: start }, async (seen, { caughtUp }) => {
      if (!caughtUp) return false;
      if (seen.length === 5) return true;
      expect(seen).toHaveLength(written);
      written++;
      await write(1);
      return false;
    });
    expect(positionsOf(events)).toEqual(positionsOf(await collect(subject.store.readAll({ after: start }))));
  });

  it('wakes while it waits', async () => {
    const start = await subject.store.head();
    const controller = new AbortController();
    const batches = subject.store
      .subscribeToAll({ after: start, signal: controller.signal })
      [Symbol.asyncIterator]();
    await batches.next();
    const next = batches.next();
    const position = await write(1);
    expect((await next).value).toMatchObject({ position, caughtUp: true, events: [{ position }] });
    controller.abort();
    expect((await batches.next()).done).toBe(true);
  });

  it('has no gap and no duplicate while others write', async () => {
    const start = await subject.store.head();
    await write(200);
    const total = 200 + 8 * 100;
    const writing = Promise.all(Array.from({ length: 8 }, () => write(100)));
    const { events } = await takeUntil(
      subject.store,
      { after: start, batchSize: 7 },
      (seen) => seen.length >= total,
    );
    await writing;
    expect(positionsOf(events)).toEqual(positionsOf(await collect(subject.store.readAll({ after: start }))));
    expect(events).toHaveLength(total);
  });

  it('several subscribers see the same, each from its own start', async () => {
    const start = await subject.store.head();
    const middle = await write(50);
    const writing = write(100);
    const [all, later, small] = await Promise.all([
      takeUntil(subject.store, { after: start }, (seen) => seen.length >= 150),
      takeUntil(subject.store, { after: middle }, (seen) => seen.length >= 100),
      takeUntil(subject.store, { after: start, batchSize: 1 }, (seen) => seen.length >= 150),
    ]);
    await writing;
    expect(all.events).toEqual(await collect(subject.store.readAll({ after: start })));
    expect(small.events).toEqual(all.events);
    expect(later.events).toEqual(all.events.slice(50));
  });

  it('resumes from any position it has handed over', async () => {
    const start = await subject.store.head();
    await write(30);
    const first = await takeUntil(subject.store, { after: start, batchSize: 7 }, (seen) => seen.length >= 14);
    const second = await takeUntil(
      subject.store,
      { after: first.batches.at(-1)!.position, batchSize: 7 },
      (_, { caughtUp }) => caughtUp,
    );
    expect([...first.events, ...second.events]).toEqual(
      await collect(subject.store.readAll({ after: start })),
    );
  });

  it('hands over the next batch only when it is asked for', async () => {
    const start = await subject.store.head();
    await write(3);
    const controller = new AbortController();
    const batches = subject.store
      .subscribeToAll({ after: start, signal: controller.signal, batchSize: 3 })
      [Symbol.asyncIterator]();
    expect((await batches.next()).value?.events).toHaveLength(3);
    await write(5);
    const next = (await batches.next()).value as SubscriptionBatch;
    expect(next).toMatchObject({ caughtUp: false });
    expect(next.events).toHaveLength(3);
    controller.abort();
    expect((await batches.next()).done).toBe(true);
  });

  describe('abort', () => {
    it('before it starts ends it at once', async () => {
      const batches = subject.store.subscribeToAll({ after: -1n, signal: AbortSignal.abort() });
      expect(await collect(batches)).toEqual([]);
    });

    it('while it waits ends it without an error and leaves no listener', async () => {
      const controller = new AbortController();
      const head = await subject.store.head();
      const batches = subject.store
        .subscribeToAll({ after: head, signal: controller.signal })
        [Symbol.asyncIterator]();
      await batches.next();
      const waiting = batches.next();
      controller.abort();
      expect((await waiting).done).toBe(true);
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    });

    it('no listener piles up while it lives', async () => {
      const controller = new AbortController();
      const batches = subject.store
        .subscribeToAll({ after: await subject.store.head(), signal: controller.signal })
        [Symbol.asyncIterator]();
      await batches.next();
      for (let i = 0; i < 20; i++) {
        const next = batches.next();
        await write(1);
        await next;
      }
      expect(getEventListeners(controller.signal, 'abort').length).toBeLessThanOrEqual(1);
      controller.abort();
      await batches.next();
    });

    it('of one leaves the others alone', async () => {
      const start = await subject.store.head();
      const aborted = new AbortController();
      const first = subject.store
        .subscribeToAll({ after: start, signal: aborted.signal })
        [Symbol.asyncIterator]();
      await first.next();
      const second = takeUntil(subject.store, { after: start }, (seen) => seen.length > 0);
      aborted.abort();
      await first.next();
      await write(1);
      expect((await second).events).toHaveLength(1);
    });
  });
};
