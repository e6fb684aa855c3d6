import { describe, expect, it } from '@jest/globals';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { rolesReplaced } from '../../../test/support/projections.js';
import { digestOfLines, exported, fillLog, readLog } from '../../../test/support/transfer.js';
import { EventStoreUnavailable, type ReadAllOptions, type RecordedEvent } from '../event-store.js';
import { LogExport } from './log-export.js';
import { Patience } from './patience.js';

describe('an exported log', () => {
  it('has a line per event between a first and a last one, and names members in a fixed order', async () => {
    const store = new MemoryEventStore();
    const event = rolesReplaced('d1', ['ä']);
    await store.append('deployment-d1', [event], 'no-stream');
    const [first, line, last, end] = (await exported(store)).split('\n');
    expect(first).toBe('{"format":"countersign-log","version":1}');
    expect(line).toBe(
      `{"position":"0","stream":"deployment-d1","revision":"0","id":"${event.id}","type":"RolesReplaced",` +
        `"data":${JSON.stringify(event.data)},"metadata":${JSON.stringify(event.metadata)}}`,
    );
    expect(JSON.parse(last!)).toEqual({ events: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(end).toBe('');
  });

  it('ends with the digest of its lines without their positions', async () => {
    const store = new MemoryEventStore();
    await fillLog(store, 50);
    const text = await exported(store);
    expect(JSON.parse(text.trimEnd().split('\n').at(-1)!).sha256).toBe(digestOfLines(text));
  });

  it('of an empty log has no events', async () => {
    const log = new LogExport(new MemoryEventStore());
    let text = '';
    for await (const chunk of log.chunks()) text += chunk;
    expect(text.split('\n')).toHaveLength(3);
    expect([log.events, log.done]).toEqual([0, 1]);
  });

  it('is the same text each time', async () => {
    const store = new MemoryEventStore();
    await fillLog(store, 20);
    expect(await exported(store)).toBe(await exported(store));
  });

  it('comes in pieces, with the share that is done, for a large log', async () => {
    const store = new MemoryEventStore();
    const roles = ['x'.repeat(50_000)];
    for (let n = 0; n < 20; n++) await store.append('deployment-d', [rolesReplaced('d', roles)], 'any');
    const log = new LogExport(store);
    const shares: number[] = [];
    let longest = 0;
    for await (const chunk of log.chunks()) {
      shares.push(log.done);
      longest = Math.max(longest, chunk.length);
    }
    expect(shares.length).toBeGreaterThan(3);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    expect(longest).toBeLessThan(512 * 1024);
  });

  it('leaves out what is appended after it began', async () => {
    const store = new MemoryEventStore();
    const before = await fillLog(store, 10);
    const writing = {
      head: () => store.head(),
      async *readAll(options: ReadAllOptions): AsyncIterable<RecordedEvent> {
        await store.append('deployment-late', [rolesReplaced('late', [])], 'any');
        yield* store.readAll(options);
      },
    };
    const text = await exported(writing);
    expect(text.split('\n')).toHaveLength(before + 3);
    expect(text).not.toContain('late');
  });
});

describe('an export whose store goes away', () => {
  /** Breaks each read after `events` of them. */
  const breaking = (store: MemoryEventStore, events: number, error: Error) => ({
    head: () => store.head(),
    async *readAll(options: ReadAllOptions): AsyncIterable<RecordedEvent> {
      let left = events;
      for await (const event of store.readAll(options)) {
        if (left-- === 0) throw error;
        yield event;
      }
    },
  });

  const run = async (
    source: ReturnType<typeof breaking>,
    limitMs: number,
    onWait = () => {},
  ): Promise<string> => {
    let text = '';
    for await (const chunk of new LogExport(source, new Patience({ limitMs, onWait })).chunks())
      text += chunk;
    return text;
  };

  it('goes on after the last event it has, as often as it comes back', async () => {
    const store = new MemoryEventStore();
    const events = await fillLog(store, 10);
    const waits: string[] = [];
    const source = breaking(store, 3, new EventStoreUnavailable('gone for a moment'));
    const text = await run(source, 10, () => waits.push('waited'));
    expect(text).toBe(await exported(store));
    expect(waits).toHaveLength(Math.ceil(events / 3) - 1);
  });

  it('fails when it stays away', async () => {
    const store = new MemoryEventStore();
    await fillLog(store, 10);
    const source = breaking(store, 0, new EventStoreUnavailable('gone for good'));
    await expect(run(source, 10)).rejects.toThrow('gone for good');
  });

  it('fails at once for any other reason', async () => {
    const store = new MemoryEventStore();
    await fillLog(store, 10);
    const waits: string[] = [];
    const source = breaking(store, 3, new Error('a programming error'));
    await expect(run(source, 60_000, () => waits.push('waited'))).rejects.toThrow('a programming error');
    expect(waits).toEqual([]);
    expect((await readLog(store)).length).toBeGreaterThan(3);
  });
});
