import { expect, it } from '@jest/globals';
import { BEFORE_ALL } from '../../src/event-store/event-store.js';
import type { StoreUnderTest } from './event-store.contract.js';
import { collect, newEvents, newStream, takeUntil } from './event-store.fixtures.js';

const unavailable = expect.objectContaining({ name: 'EventStoreUnavailable' });

/** Runs last: it closes the store. */
export const lifecycleContract = (subject: StoreUnderTest): void => {
  it('a restart keeps everything, and positions go on rising', async () => {
    const stream = newStream();
    await subject.store.append(stream, newEvents(3), 'no-stream');
    const end = { direction: 'backwards', limit: 100 } as const;
    const [head, log] = [await subject.store.head(), await collect(subject.store.readAll(end))];

    await subject.restart();

    expect(await subject.store.head()).toBe(head);
    expect(await collect(subject.store.readAll(end))).toEqual(log);
    const { revision, position } = await subject.store.append(stream, newEvents(1), 2n);
    expect(revision).toBe(3n);
    expect(position).toBeGreaterThan(head);
  });

  it('an append at an explicit revision is answered as the first time also after a restart', async () => {
    const stream = newStream();
    const [first, second] = [newEvents(2), newEvents(2)];
    const answers = [
      await subject.store.append(stream, first, 'no-stream'),
      await subject.store.append(stream, second, 1n),
    ];

    await subject.restart();

    expect([
      await subject.store.append(stream, first, 'no-stream'),
      await subject.store.append(stream, second, 1n),
    ]).toEqual(answers);
    expect(await collect(subject.store.readStream(stream))).toHaveLength(4);
  });

  it('a subscription resumes after a restart', async () => {
    const stream = newStream();
    const { position } = await subject.store.append(stream, newEvents(1), 'no-stream');
    await subject.restart();
    await subject.store.append(stream, newEvents(1), 0n);
    const { events } = await takeUntil(subject.store, { after: position }, (_, { caughtUp }) => caughtUp);
    expect(events.map(({ stream: name, revision }) => [name, revision])).toEqual([[stream, 1n]]);
  });

  it('answers while it is open', async () => {
    expect(await subject.store.reachable()).toBe(true);
  });

  it('close finishes what was accepted', async () => {
    const streams = Array.from({ length: 300 }, newStream);
    const appends = streams.map((stream) => subject.store.append(stream, newEvents(1), 'no-stream'));
    await subject.restart();
    const answers = await Promise.all(appends);
    const stored = await collect(subject.store.readAll({ after: answers[0]!.position - 1n }));
    expect(stored.map(({ stream }) => stream)).toEqual(streams);
  });

  it('a subscription that is still open fails when the store closes', async () => {
    const { store } = subject;
    const live = store
      .subscribeToAll({ after: await store.head(), signal: new AbortController().signal })
      [Symbol.asyncIterator]();
    await live.next();
    const waiting = live.next();
    const outcome = expect(waiting).rejects.toEqual(unavailable);
    await subject.restart();
    await outcome;
  });

  it('after close nothing answers any more', async () => {
    const { store } = subject;
    const reader = store.readAll()[Symbol.asyncIterator]();
    await reader.next();
    await Promise.all([store.close(), store.close()]);

    await expect(store.append(newStream(), newEvents(1), 'any')).rejects.toEqual(unavailable);
    await expect(store.head()).rejects.toEqual(unavailable);
    await expect(collect(store.readStream(newStream()))).rejects.toEqual(unavailable);
    await expect(collect(store.readAll())).rejects.toEqual(unavailable);
    await expect(
      collect(store.subscribeToAll({ after: BEFORE_ALL, signal: new AbortController().signal })),
    ).rejects.toEqual(unavailable);
    expect(await store.reachable()).toBe(false);
    await store.close();
    await subject.restart();
  });
};
