import { setImmediate as otherWork } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { historyEvent } from '../../../test/support/history.js';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { CredentialRefused } from '../../platform/auth/authenticator.js';
import type { Principal } from '../../platform/auth/principal.js';
import type { Config } from '../../platform/config/config.js';
import { ServiceState } from '../../platform/lifecycle/service-state.js';
import { createLogger } from '../../platform/logging/logger.js';
import type { EventAccess, FeedFilter } from '../feed/index.js';
import { LogFollower } from '../log-follower/index.js';
import { EventStreams, type RunningStream } from './event-streams.js';
import type { StreamSink } from './stream-sink.js';

const PLATFORM = { kind: 'platform', isAdmin: false, credentialType: 'platform_psk' } as Principal;
const USER = { kind: 'user', userId: 'u', isAdmin: false, credentialType: 'user_psk' } as Principal;

/** A connection that takes what it is told to take. */
class FakeSink implements StreamSink {
  readonly written: (Buffer | string)[] = [];
  last: string | undefined;
  isOpen = true;
  private readonly waiting = new Set<() => void>();

  get text(): string {
    return this.written.join('');
  }

  get ids(): string[] {
    return [...this.text.matchAll(/^id: (\d+)\nevent/gm)].map(([, id]) => id as string);
  }

  write(data: Buffer | string): boolean {
    this.written.push(data);
    return this.isOpen;
  }

  drained(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.add(resolve);
      signal.addEventListener('abort', () => resolve());
    });
  }

  drain(): void {
    this.isOpen = true;
    for (const resolve of this.waiting) resolve();
  }

  end(data: string): void {
    this.last = data;
  }
}

/** Lets everything happen that waits for nothing from outside. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 40; turn++) await otherWork();
};

describe('the streams of a process', () => {
  let store: MemoryEventStore;
  let state: ServiceState;
  let log: string[];
  let streams: EventStreams;
  /** What an `EventAccess` answers. */
  let judged: Promise<void>;
  let sees: (stream: string) => boolean;
  const running: RunningStream[] = [];

  const append = async (
    count: number,
    stream = `deployment-${crypto.randomUUID()}`,
    size = 1,
  ): Promise<void> => {
    const events = Array.from({ length: count }, (_, n) => {
      const data = { deploymentId: stream, n, filler: 'x'.repeat(size) };
      return historyEvent(stream, 'RolesReplaced', { data }).event;
    });
    await store.append(stream, events, 'any');
  };
  const begin = async (
    sink: FakeSink,
    {
      after = null,
      filter = {},
      identify = () => Promise.resolve(PLATFORM),
    }: { after?: bigint | null; filter?: FeedFilter; identify?: () => Promise<Principal> } = {},
  ): Promise<RunningStream> => {
    const ready = await streams.order({ filter, after, identify, about: { requestId: 'r' } });
    const stream = ready.begin(sink);
    running.push(stream);
    await settle();
    return stream;
  };
  const positions = (from: number, to: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, n) => String(from + n));

  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    store = new MemoryEventStore();
    // Bookkeeping, at position 0: what is handed out begins at 1.
    await store.append('idempotency-x', [historyEvent('', 'RequestAnswered').event], 'any');
    state = new ServiceState();
    log = [];
    judged = Promise.resolve();
    sees = () => true;
    const access = {
      judges: () => judged,
      mayFollow: (_: Principal, stream: string) => sees(stream),
    } as unknown as EventAccess;
    const logger = createLogger('info', { write: (line) => void log.push(line) });
    const follower = new LogFollower(store, logger);
    streams = new EventStreams(store, access, follower, state, logger, { publicUrl: null } as Config);
  });
  afterEach(async () => {
    for (const stream of running.splice(0)) stream.leave();
    await settle();
    streams.onModuleDestroy();
    jest.useRealTimers();
  });

  it('a thousand clients share one subscription, and one text of each event', async () => {
    const sinks = Array.from({ length: 1_000 }, () => new FakeSink());
    for (const sink of sinks)
      running.push(
        (
          await streams.order({
            filter: {},
            after: null,
            identify: () => Promise.resolve(PLATFORM),
            about: {},
          })
        ).begin(sink),
      );
    await settle();
    await append(3);
    await settle();
    expect(store.subscriptions).toBe(1);
    const [first] = sinks;
    expect(first?.ids).toEqual(['1', '2', '3']);
    for (const { written } of sinks) {
      expect(written).toHaveLength(2);
      expect(written[1]).toBe(first?.written[1]);
    }
  });

  it('the log is followed while there is a client, and no longer', async () => {
    expect(store.subscriptions).toBe(0);
    const [one, two] = [await begin(new FakeSink()), await begin(new FakeSink())];
    expect(store.openSubscriptions).toBe(1);
    one.leave();
    await settle();
    expect(store.openSubscriptions).toBe(1);
    two.leave();
    await settle();
    expect(store.openSubscriptions).toBe(0);
    await append(2);
    const later = new FakeSink();
    await begin(later, { after: 0n });
    expect(later.ids).toEqual(['1', '2']);
  });

  it('goes on from any position into what comes, event by event', async () => {
    await append(1_200);
    const sinks = [-1n, 0n, 600n, 1_199n, 1_200n].map((after) => ({ after, sink: new FakeSink() }));
    for (const { after, sink } of sinks) await begin(sink, { after });
    await settle();
    await append(5);
    await settle();
    for (const { after, sink } of sinks)
      expect(sink.ids).toEqual(positions(Math.max(1, Number(after) + 1), 1_205));
  });

  it('begins in the midst of what is kept', async () => {
    await begin(new FakeSink());
    await append(5);
    await settle();
    const late = new FakeSink();
    await begin(late, { after: 3n });
    expect(late.ids).toEqual(['4', '5']);
  });

  it('an entity of which nothing more is in the log is not looked for again and again', async () => {
    await append(2, 'deployment-quiet');
    await append(3);
    await begin(new FakeSink());
    let reads = 0;
    const readStream = store.readStream.bind(store);
    store.readStream = (...of) => {
      reads++;
      return readStream(...of);
    };
    const sink = new FakeSink();
    await begin(sink, { after: 0n, filter: { entity: 'deployment-quiet' } });
    const once = reads;
    await append(1);
    await append(1, 'deployment-quiet');
    await settle();
    expect([sink.ids, reads]).toEqual([['1', '2', '7'], once]);
    expect(once).toBeLessThan(10);
  });

  it('writes nothing more to a client that does not take what it was sent', async () => {
    const sink = new FakeSink();
    await begin(sink);
    jest.advanceTimersByTime(14_000);
    sink.isOpen = false;
    await append(1);
    await settle();
    const { text } = sink;
    jest.advanceTimersByTime(2_000);
    await settle();
    expect(sink.text).toBe(text);
    sink.drain();
    await settle();
    jest.advanceTimersByTime(15_000);
    expect(sink.text).toBe(`${text}: still here\nid: 1\n\n`);
  });

  it('a client that is slow for a while gets everything, from the log what is kept no more', async () => {
    const [slow, quick] = [new FakeSink(), new FakeSink()];
    await begin(slow);
    await begin(quick);
    slow.isOpen = false;
    // Far more than is kept.
    for (let round = 0; round < 12; round++) {
      await append(10, undefined, 100_000);
      await settle();
    }
    expect(quick.ids).toEqual(positions(1, 120));
    expect(slow.ids.length).toBeLessThan(10);
    slow.drain();
    await settle();
    await settle();
    expect(slow.ids).toEqual(positions(1, 120));
    expect(slow.last).toBeUndefined();
  });

  it('a client that takes nothing is cut off, with its position, and only so much waits for it', async () => {
    const sink = new FakeSink();
    await begin(sink);
    sink.isOpen = false;
    await append(1_000, undefined, 1_000);
    await settle();
    const waits = sink.written.reduce((sum, data) => sum + data.length, 0);
    expect(waits).toBeLessThan(128 * 1024);
    const last = sink.ids.at(-1);
    jest.advanceTimersByTime(9_999);
    await settle();
    expect(sink.last).toBeUndefined();
    jest.advanceTimersByTime(1);
    await settle();
    expect(sink.last).toBe(`: cut off, because what was sent was not taken in time\nid: ${last}\n\n`);
    expect(JSON.parse(log.at(-1) ?? '')).toMatchObject({ reason: 'slow', position: last, requestId: 'r' });
  });

  it('says every 15 seconds that it is alive, and where it is when that has moved', async () => {
    const sink = new FakeSink();
    await begin(sink, { filter: { types: ['GroupRecorded'] } });
    jest.advanceTimersByTime(15_000);
    await append(2);
    await settle();
    jest.advanceTimersByTime(15_000);
    jest.advanceTimersByTime(15_000);
    expect(sink.text).toBe('retry: 2000\nid: 0\n\n: still here\n\n: still here\nid: 2\n\n: still here\n\n');
  });

  it('looks at the credential before each event, and every second', async () => {
    let good = true;
    const identify = (): Promise<Principal> =>
      good
        ? Promise.resolve(PLATFORM)
        : Promise.reject(new CredentialRefused('revoked_credential', 'psk', 'no'));
    const [busy, idle] = [new FakeSink(), new FakeSink()];
    await begin(busy, { identify });
    await append(1);
    await settle();
    good = false;
    await append(1);
    await settle();
    expect([busy.ids, busy.last]).toEqual([
      ['1'],
      ': ended, because the credential is no longer good\nid: 1\n\n',
    ]);

    good = true;
    await begin(idle, { identify });
    good = false;
    jest.advanceTimersByTime(1_000);
    await settle();
    expect(idle.last).toBe(': ended, because the credential is no longer good\nid: 2\n\n');
  });

  it('holds back from a user, and from nobody else, what can not be judged yet', async () => {
    const [user, platform] = [new FakeSink(), new FakeSink()];
    let judge = (): void => undefined;
    judged = new Promise((resolve) => (judge = resolve));
    await begin(user, { identify: () => Promise.resolve(USER) });
    await begin(platform);
    await append(1);
    await settle();
    expect([user.ids, platform.ids]).toEqual([[], ['1']]);
    sees = () => false;
    judge();
    await settle();
    expect(user.ids).toEqual([]);
    sees = () => true;
    await append(1);
    await settle();
    expect(user.ids).toEqual(['2']);
  });

  it('outlives a log that is away, and misses and repeats nothing', async () => {
    const [near, far] = [new FakeSink(), new FakeSink()];
    await begin(near);
    await append(2);
    await settle();
    store.goAway();
    await settle();
    await expect(begin(far, { after: 0n })).rejects.toThrow('away');
    store.comeBack();
    await append(2);
    await begin(far, { after: 0n });
    await append(1);
    while (near.ids.length < 5) {
      jest.advanceTimersByTime(100);
      await settle();
    }
    expect([near.ids, far.ids]).toEqual([positions(1, 5), positions(1, 5)]);
    expect(near.last).toBeUndefined();
  });

  it('ends at an event that this build can not read, rather than to pass over it', async () => {
    const sink = new FakeSink();
    await begin(sink);
    await append(1);
    await settle();
    await store.append('deployment-x', [historyEvent('', 'FromTheFuture').event], 'any');
    await append(1);
    await settle();
    expect([sink.ids, sink.last]).toEqual([['1'], ': ended, because of a fault\nid: 1\n\n']);
    expect(log.join()).toContain('FromTheFuture is not known');
  });

  it('ends all when the service stops, also one that was just being opened', async () => {
    const [open, late] = [new FakeSink(), new FakeSink()];
    await append(1);
    await begin(open, { after: 0n });
    const ready = await streams.order({
      filter: {},
      after: null,
      identify: () => Promise.resolve(PLATFORM),
      about: {},
    });
    state.stop();
    running.push(ready.begin(late));
    await settle();
    for (const { last } of [open, late])
      expect(last).toBe(': ended, because the service is stopping\nid: 1\n\n');
    expect(store.openSubscriptions).toBe(0);
  });

  it('refuses a position beyond the end, and a client too many', async () => {
    await append(3);
    const order = (after: bigint | null) =>
      streams.order({ filter: {}, after, identify: () => Promise.resolve(PLATFORM), about: {} });
    await expect(order(4n)).rejects.toMatchObject({ code: 'position-beyond-end' });
    const all = await Promise.all(Array.from({ length: 5_000 }, () => order(3n)));
    await expect(order(null)).rejects.toMatchObject({ status: 503, code: 'too-many-streams' });
    all.pop()?.giveUp();
    (await order(null)).giveUp();
    for (const ready of all) ready.giveUp();
    await settle();
    expect(store.openSubscriptions).toBe(0);
  });
});
