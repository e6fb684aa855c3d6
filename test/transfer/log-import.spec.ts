import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { event, rolesReplaced } from '../support/projections.js';
import { exported, fillLog, pieces, readLog, withoutPositions } from '../support/transfer.js';
import {
  EventStoreUnavailable,
  MAX_APPEND_BYTES,
  type AppendResult,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
} from '../../src/event-store/event-store.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { LogImport } from '../../src/event-store/transfer/log-import.js';
import { Patience } from '../../src/event-store/transfer/patience.js';

let source: MemoryEventStore;
let text: string;
let events: number;

beforeAll(async () => {
  source = new MemoryEventStore(3n);
  events = await fillLog(source, 60);
  text = await exported(source);
});

const importInto = async (target: EventStore, input = text): Promise<LogImport> => {
  const log = new LogImport(target, new Patience({ limitMs: 50 }));
  await log.run(pieces(input));
  return log;
};

/** The same log, up to an event. */
const upTo = async (count: number): Promise<MemoryEventStore> => {
  const store = new MemoryEventStore();
  for (const { stream, revision, position: _, ...added } of (await readLog(source)).slice(0, count)) {
    await store.append(stream, [added], revision === 0n ? 'no-stream' : revision - 1n);
  }
  return store;
};

const describeTarget = (name: string, open: () => Promise<EventStore>): void =>
  describe(`importing into ${name}`, () => {
    let target: EventStore;
    beforeAll(async () => {
      target = await open();
    });
    afterAll(() => target.close());

    it('gives the same events in the same order, each at its revision', async () => {
      const { appended, found, verified } = await importInto(target);
      expect([appended, found, verified]).toEqual([events, 0, events]);
      expect(withoutPositions(await readLog(target))).toStrictEqual(withoutPositions(await readLog(source)));
    });

    it('again changes nothing', async () => {
      const head = await target.head();
      const { appended, found, verified } = await importInto(target);
      expect([appended, found, verified]).toEqual([0, events, events]);
      expect(await target.head()).toBe(head);
    });

    it('takes a later export of the same log, and adds what is new', async () => {
      await source.append('deployment-d9', [rolesReplaced('d9', ['new'])], 'no-stream');
      const { appended, found } = await importInto(target, await exported(source));
      expect([appended, found]).toEqual([1, events]);
      source.truncateTo(events);
    });
  });

const folder = mkdtempSync(join(tmpdir(), 'import-'));
afterAll(() => rmSync(folder, { recursive: true }));

describeTarget('a store that appends one by one', async () => new MemoryEventStore(7n));
describeTarget('the embedded log', () => SqliteEventStore.open({ dataDir: join(folder, 'a') }));

/** Counts appends, and goes wrong at one of them. A repeated one is answered as the first time. */
class FailingStore extends MemoryEventStore {
  appends = 0;
  private readonly answers = new Map<string, AppendResult>();
  failAt = Infinity;
  failure: Error = new Error('killed');
  when: 'before it was written' | 'after it was written' = 'before it was written';

  override async append(
    stream: string,
    added: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendResult> {
    const failing = ++this.appends === this.failAt;
    if (failing && this.when === 'before it was written') throw this.failure;
    const result = this.answers.get(added[0]!.id) ?? (await super.append(stream, added, expected));
    this.answers.set(added[0]!.id, result);
    if (failing) throw this.failure;
    return result;
  }
}

describe('an import that ends early', () => {
  it.each(['before it was written', 'after it was written'] as const)(
    'at any append, %s, is gone on with by the next one',
    async (when) => {
      const whole = new FailingStore();
      await importInto(whole);
      expect(whole.appends).toBeGreaterThan(20);
      expect(whole.appends).toBeLessThan(events);
      for (let failAt = 1; failAt <= whole.appends; failAt++) {
        const target = new FailingStore();
        Object.assign(target, { failAt, when });
        await expect(importInto(target)).rejects.toThrow('killed');
        const standing = (await readLog(target)).length;
        const { found, appended } = await importInto(target);
        expect([found, appended]).toEqual([standing, events - standing]);
        expect(withoutPositions(await readLog(target))).toStrictEqual(
          withoutPositions(await readLog(source)),
        );
      }
    },
  );

  it('in the middle of what was one append goes on in the middle of it', async () => {
    for (let standing = 0; standing <= 12; standing++) {
      const target = await upTo(standing);
      await importInto(target);
      expect(withoutPositions(await readLog(target))).toStrictEqual(withoutPositions(await readLog(source)));
    }
  });

  it.each(['before it was written', 'after it was written'] as const)(
    'because the store is away for a moment, %s, goes on by itself',
    async (when) => {
      const target = new FailingStore();
      Object.assign(target, {
        failAt: 5,
        when,
        failure: new EventStoreUnavailable('a new leader is elected'),
      });
      const { appended } = await importInto(target);
      expect(appended).toBe(events);
      expect(withoutPositions(await readLog(target))).toStrictEqual(withoutPositions(await readLog(source)));
    },
  );

  it('fails when the store stays away', async () => {
    const target = new FailingStore();
    target.goAway();
    await expect(importInto(target)).rejects.toThrow('away');
  });
});

describe('a target that is not empty', () => {
  it('with another log is refused, and left as it is', async () => {
    const target = new MemoryEventStore();
    await fillLog(target, 5);
    const before = await readLog(target);
    await expect(importInto(target)).rejects.toThrow(
      /^the target is neither empty nor the beginning of this log: at position 0 it holds RolesReplaced \(deployment-d0, revision 0\), where the export has RolesReplaced \(deployment-d0, revision 0\)$/,
    );
    expect(await readLog(target)).toEqual(before);
  });

  it.each<[string, (stored: NewEvent) => NewEvent]>([
    ['data', (stored) => ({ ...stored, data: { ...stored.data, name: 'x' } })],
    ['metadata', (stored) => ({ ...stored, metadata: { ...stored.metadata, reason: 'x' } })],
    ['id', (stored) => ({ ...stored, id: event('x', {}).id })],
    ['type', (stored) => ({ ...stored, type: 'GroupDeleted' })],
  ])('with the same log but for the %s of an event is refused', async (_, change) => {
    const target = await upTo(4);
    const { stream, revision, position, ...stored } = (await readLog(source))[4]!;
    expect(position).toBeGreaterThan(0n);
    await target.append(stream, [change(stored)], revision === 0n ? 'no-stream' : revision - 1n);
    await expect(importInto(target)).rejects.toThrow(
      'the target is neither empty nor the beginning of this log: at position 4',
    );
    expect(await readLog(target)).toHaveLength(5);
  });

  it('with more than the export holds is refused', async () => {
    const target = await upTo(events);
    await target.append('deployment-x', [rolesReplaced('x', [])], 'no-stream');
    await expect(importInto(target)).rejects.toThrow(
      /deployment-x, revision 0\), which the export does not hold$/,
    );
  });
});

describe('somebody else who writes to the target meanwhile', () => {
  it('to the same stream is noticed by the revision', async () => {
    const target = new FailingStore();
    const append = target.append.bind(target);
    target.append = async (stream, added, expected) => {
      if (target.appends === 3) await append('deployment-d2', [rolesReplaced('d2', [])], 'any');
      return append(stream, added, expected);
    };
    await expect(importInto(target)).rejects.toThrow(
      'stream deployment-d2 is at 0, expected no-stream: somebody else writes to the target',
    );
  });

  it('to another stream is noticed when the target is read back', async () => {
    const target = new FailingStore();
    const append = target.append.bind(target);
    target.append = async (stream, added, expected) => {
      if (target.appends === 3) await append('deployment-x', [rolesReplaced('x', [])], 'any');
      return append(stream, added, expected);
    };
    await expect(importInto(target)).rejects.toThrow(
      new RegExp(
        `^the target holds ${events + 1} events with digest .* of the export: somebody else writes to it$`,
      ),
    );
  });
});

describe('large events', () => {
  it('go in appends that every store takes', async () => {
    const large = new MemoryEventStore();
    const sizes = [10, MAX_APPEND_BYTES / 2, 10, 10, MAX_APPEND_BYTES - 400, 10, MAX_APPEND_BYTES / 3];
    for (const size of sizes)
      await large.append('deployment-d', [event('Big', { text: 'x'.repeat(size) })], 'any');
    const umlauts = event('Big', { text: 'ü'.repeat(MAX_APPEND_BYTES / 2 - 300) });
    await large.append('deployment-d', [umlauts], 'any');
    const target = await SqliteEventStore.open({ dataDir: join(folder, 'large') });
    await importInto(target, await exported(large));
    expect(withoutPositions(await readLog(target))).toEqual(withoutPositions(await readLog(large)));
    await target.close();
  });
});
