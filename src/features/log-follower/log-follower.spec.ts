import { setImmediate as otherWork } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { historyEvent } from '../../../test/support/history.js';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import type { SubscribeOptions, SubscriptionBatch } from '../../event-store/event-store.js';
import { createLogger } from '../../platform/logging/logger.js';
import { LogFollower, type LogListener } from './log-follower.js';

/** Remembers what it was told since it began. */
class Notebook implements LogListener {
  start: bigint | undefined;
  events: bigint[] = [];
  position: bigint | undefined;
  private ending = new AbortController();

  constructor(private readonly follower: LogFollower) {}

  join(): Promise<void> {
    return this.follower.join(this, this.ending.signal);
  }

  leave(): void {
    this.ending.abort();
    this.ending = new AbortController();
  }

  begin(position: bigint): void {
    this.start = position;
    this.position = position;
    this.events = [];
  }

  take({ events, position }: SubscriptionBatch): void {
    this.events.push(...events.map((event) => event.position));
    this.position = position;
  }
}

/** Events that are not ours follow every one that is, and are passed over. */
class SharedLog extends MemoryEventStore {
  readonly asked: bigint[] = [];

  override async *subscribeToAll(options: SubscribeOptions): AsyncIterable<SubscriptionBatch> {
    this.asked.push(options.after);
    for await (const batch of super.subscribeToAll(options))
      yield batch.events.length === 0 ? batch : { ...batch, position: batch.position + 5n };
  }
}

/** Lets everything happen that waits for nothing from outside. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await otherWork();
};

const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await otherWork();
};

describe('the follower of the log', () => {
  let store: MemoryEventStore;
  let log: string[];
  let follower: LogFollower;

  const follow = (of: MemoryEventStore): void => {
    store = of;
    log = [];
    follower = new LogFollower(store, createLogger('info', { write: (line) => void log.push(line) }));
  };
  const append = (count: number): Promise<unknown> =>
    store.append(
      'group-g',
      Array.from({ length: count }, () => historyEvent('', 'GroupRecorded').event),
      'any',
    );

  beforeEach(() => follow(new MemoryEventStore()));

  it('has one subscription for all, from the first that joins to the last that leaves', async () => {
    const [one, other] = [new Notebook(follower), new Notebook(follower)];
    await append(2);
    expect(store.subscriptions).toBe(0);
    await Promise.all([one.join(), other.join()]);
    await append(2);
    await settle();
    expect([store.subscriptions, one.start, other.start]).toEqual([1, 1n, 1n]);
    expect([one.events, other.events]).toEqual([
      [2n, 3n],
      [2n, 3n],
    ]);
    one.leave();
    await append(1);
    await settle();
    expect([one.events, other.events, store.openSubscriptions]).toEqual([[2n, 3n], [2n, 3n, 4n], 1]);
    other.leave();
    await settle();
    expect(store.openSubscriptions).toBe(0);
  });

  it('whoever joins later is told where it begins, and gets what comes after that', async () => {
    const [early, late] = [new Notebook(follower), new Notebook(follower)];
    await early.join();
    await append(3);
    await settle();
    await late.join();
    await append(2);
    await settle();
    expect([late.start, late.events, early.events]).toEqual([2n, [3n, 4n], [0n, 1n, 2n, 3n, 4n]]);
    early.leave();
    late.leave();
  });

  it('begins at an event, not at what follows it and is not ours', async () => {
    const shared = new SharedLog(10n);
    follow(shared);
    const [early, late] = [new Notebook(follower), new Notebook(follower)];
    await early.join();
    await append(1);
    await settle();
    await late.join();
    expect([early.events, early.position, late.start]).toEqual([[9n], 14n, 9n]);
    await append(1);
    await settle();
    expect([late.events, late.position]).toEqual([[19n], 24n]);
    // Nor are those looked through again after an interruption.
    store.tear();
    await until(() => shared.asked.length === 2);
    expect(shared.asked).toEqual([-1n, 24n]);
    early.leave();
    late.leave();
  });

  it('one that fails on some events begins after them; the others do not notice', async () => {
    const [sound, faulty] = [new Notebook(follower), new Notebook(follower)];
    await faulty.join();
    await sound.join();
    faulty.take = () => {
      throw new Error('no');
    };
    await append(2);
    await settle();
    Reflect.deleteProperty(faulty, 'take');
    await append(1);
    await settle();
    expect([sound.events, faulty.start, faulty.events]).toEqual([[0n, 1n, 2n], 1n, [2n]]);
    expect([store.subscriptions, log]).toEqual([1, [expect.stringContaining('"level":"error"')]]);
    sound.leave();
    faulty.leave();
  });

  it('nobody joins while the log is away, and nobody who has changed their mind', async () => {
    const notebook = new Notebook(follower);
    store.goAway();
    await expect(notebook.join()).rejects.toThrow('away');
    store.comeBack();
    const joining = notebook.join();
    notebook.leave();
    await joining;
    await append(1);
    await settle();
    expect([notebook.start, notebook.events, store.subscriptions]).toEqual([undefined, [], 0]);
  });

  it('hands over every event after the start once and in order, whoever comes and goes', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ do: fc.constantFrom('join' as const, 'leave' as const), who: fc.nat({ max: 2 }) }),
      fc.record({ do: fc.constantFrom('tear' as const, 'goAway' as const, 'comeBack' as const) }),
      fc.constant({ do: 'wait' as const }),
    );
    const inOrder = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      follow(new MemoryEventStore());
      const notebooks = [0, 1, 2].map(() => new Notebook(follower));
      const joined = new Set<Notebook>();
      const after = async (position: bigint): Promise<bigint[]> => {
        const found: bigint[] = [];
        for await (const event of store.readAll({ after: position })) found.push(event.position);
        return found;
      };
      const leave = (notebook: Notebook): void => {
        joined.delete(notebook);
        notebook.leave();
      };
      const act = async (one: (typeof steps)[number]): Promise<void> => {
        switch (one.do) {
          case 'append':
            await append(one.count);
            return;
          case 'join': {
            const notebook = notebooks[one.who]!;
            if (!joined.has(notebook)) await notebook.join();
            joined.add(notebook);
            return;
          }
          case 'leave':
            return leave(notebooks[one.who]!);
          case 'wait':
            return settle();
          default:
            store[one.do]();
        }
      };
      // While the log is away nothing is appended and nobody joins.
      for (const one of steps) await act(one).catch(() => undefined);
      store.comeBack();
      await append(1);
      const head = await store.head();
      await until(() => [...joined].every(({ position }) => position === head));
      for (const notebook of notebooks) {
        const { start, events } = notebook;
        if (start === undefined) continue;
        const all = await after(start);
        expect(events).toEqual(joined.has(notebook) ? all : all.slice(0, events.length));
      }
      await settle();
      expect(store.openSubscriptions).toBe(joined.size > 0 ? 1 : 0);
      for (const notebook of notebooks) leave(notebook);
      await settle();
      expect(store.openSubscriptions).toBe(0);
    });
    await fc.assert(inOrder, { numRuns: 60 });
  });
});
