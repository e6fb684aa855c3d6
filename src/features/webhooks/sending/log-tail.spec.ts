import { beforeEach, describe, expect, it } from '@jest/globals';
import { historyEvent } from '../../../../test/support/history.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { createLogger } from '../../../platform/logging/logger.js';
import { LogFollower } from '../../log-follower/index.js';
import { LogTail } from './log-tail.js';

describe('the end of the log, for webhooks', () => {
  let store: MemoryEventStore;
  let warned: Promise<void>;
  let ending: AbortController;
  let seen: bigint[];
  let tail: LogTail;

  const append = async (count: number): Promise<void> => {
    const events = Array.from({ length: count }, () => historyEvent('', 'GroupRecorded').event);
    await store.append('group-g', events, 'any');
  };
  const follow = async (end: bigint): Promise<void> => {
    while (tail.end < end) await tail.grown(60_000, ending.signal);
  };

  beforeEach(() => {
    store = new MemoryEventStore();
    ending = new AbortController();
    seen = [];
    let warn = (): void => undefined;
    warned = new Promise((resolve) => (warn = resolve));
    const logger = createLogger('info', { write: () => warn() });
    tail = new LogTail(store, new LogFollower(store, logger), logger, ({ position }) => seen.push(position));
  });

  it('gives the newest events without the log, and those before from the log', async () => {
    await append(10);
    await tail.start(ending.signal);
    await append(600);
    await follow(609n);
    expect(seen).toEqual(Array.from({ length: 600 }, (_, n) => BigInt(n + 10)));
    const positions = async (after: bigint, limit: number): Promise<readonly bigint[]> =>
      (await tail.read(after, limit)).events.map(({ position }) => position);
    expect(await positions(-1n, 2)).toEqual([0n, 1n]);
    expect(await positions(96n, 2)).toEqual([97n, 98n]);
    store.goAway();
    expect(await positions(97n, 2)).toEqual([98n, 99n]);
    expect(await tail.read(607n, 10)).toMatchObject({ events: [{}, {}], position: 609n });
    expect(await tail.read(609n, 10)).toEqual({ events: [], position: 609n });
    await expect(positions(96n, 2)).rejects.toThrow('away');
    ending.abort();
  });

  it('waits for a log that is away, and begins when it is back', async () => {
    store.goAway();
    const started = tail.start(ending.signal);
    await warned;
    store.comeBack();
    await started;
    await append(1);
    await follow(0n);
    expect(seen).toEqual([0n]);
    ending.abort();
  });

  it('waits no longer when it is told to stop, though the log is still away', async () => {
    store.goAway();
    const started = tail.start(ending.signal);
    await warned;
    ending.abort();
    await started;
    expect(store.subscriptions).toBe(0);
  });
});
