import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EncodedEvent } from '../append-limits.js';
import { openLogForWriting } from './log-schema.js';
import { LogWriter } from './log-writer.js';
import type { Database } from './sqlite.js';
import type { AppendRequest } from './writer-protocol.js';

const event = (characters = 10): EncodedEvent => ({
  id: randomUUID(),
  type: 'SomethingHappened',
  data: JSON.stringify({ text: 'x'.repeat(characters) }),
  metadata: '{}',
});

const append = (
  stream: string,
  expected: AppendRequest['expected'],
  ...events: EncodedEvent[]
): AppendRequest => ({ stream, expected, events });

describe('LogWriter', () => {
  let dir: string;
  let db: Database;
  let writer: LogWriter;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'countersign-writer-'));
    db = openLogForWriting(join(dir, 'events.db'));
    writer = new LogWriter(db);
  });
  afterEach(async () => {
    writer.close();
    await rm(dir, { recursive: true });
  });

  const rows = (): object[] =>
    db
      .prepare('SELECT position, name, revision FROM events JOIN streams USING (stream_id) ORDER BY position')
      .all()
      .map((row: object) => ({ ...row }));

  /** The log may not grow any more, as on a full disk. */
  const fillDisk = (): void => {
    const { page_count: pages } = db.prepare('PRAGMA page_count').get() as { page_count: number };
    db.exec(`PRAGMA max_page_count = ${pages}`);
  };
  const makeRoom = (): void => db.exec('PRAGMA max_page_count = 1000000');

  it('gives positions 1, 2, 3 … in the order of the appends', () => {
    expect(writer.head).toBe(-1);
    expect(writer.write([append('a', -1, event(), event()), append('b', -1, event())])).toEqual([
      { revision: 1, position: 2, repeated: false },
      { revision: 0, position: 3, repeated: false },
    ]);
    expect(writer.write([append('a', 1, event())])).toEqual([{ revision: 2, position: 4, repeated: false }]);
    expect(writer.head).toBe(4);
    expect(rows()).toEqual([
      { position: 1, name: 'a', revision: 0 },
      { position: 2, name: 'a', revision: 1 },
      { position: 3, name: 'b', revision: 0 },
      { position: 4, name: 'a', revision: 2 },
    ]);
  });

  it('writes a batch in one transaction, in which a conflict disturbs nobody and writes no stream', () => {
    expect(
      writer.write([
        append('a', -1, event()),
        append('never', 3, event()),
        append('never', 'stream-exists', event()),
        append('a', 0, event()),
        append('a', 0, event()),
      ]),
    ).toEqual([
      { revision: 0, position: 1, repeated: false },
      { conflict: -1 },
      { conflict: -1 },
      { revision: 1, position: 2, repeated: false },
      { conflict: 1 },
    ]);
    expect(db.prepare('SELECT name FROM streams').all()).toHaveLength(1);
  });

  it('goes on where the file ends', () => {
    const [first, second] = [event(), event()];
    writer.write([append('a', -1, first, second)]);
    const next = new LogWriter(db);
    expect(next.head).toBe(2);
    expect(next.write([append('a', -1, first, second), append('a', 1, event())])).toEqual([
      { revision: 1, position: 2, repeated: true },
      { revision: 2, position: 3, repeated: false },
    ]);
  });

  it('keeps when each event was written', () => {
    const before = Date.now();
    writer.write([append('a', -1, event())]);
    const { recorded_at: at } = db.prepare('SELECT recorded_at FROM events').get() as { recorded_at: number };
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
  });

  it('on a full disk writes nothing of the batch, and goes on when there is room again', () => {
    writer.write([append('a', -1, event())]);
    fillDisk();
    const batch = [append('a', 0, event()), append('new', -1, event()), append('b', -1, event(100_000))];
    expect(() => writer.write(batch)).toThrow(/full/);
    expect(writer.head).toBe(1);
    expect(rows()).toEqual([{ position: 1, name: 'a', revision: 0 }]);
    expect(db.prepare('SELECT name FROM streams').all()).toHaveLength(1);

    makeRoom();
    expect(writer.write(batch)).toEqual([
      { revision: 1, position: 2, repeated: false },
      { revision: 0, position: 3, repeated: false },
      { revision: 0, position: 4, repeated: false },
    ]);
  });

  it('writes nothing of a batch that fails for any other reason, and goes on', () => {
    writer.write([append('a', -1, event())]);
    const broken = { ...event(), id: 'ab' };
    expect(() => writer.write([append('new', -1, event()), append('a', 0, event(), broken)])).toThrow(
      /CHECK/,
    );
    expect(rows()).toEqual([{ position: 1, name: 'a', revision: 0 }]);
    expect(writer.write([append('new', -1, event()), append('a', 0, event())])).toEqual([
      { revision: 0, position: 2, repeated: false },
      { revision: 1, position: 3, repeated: false },
    ]);
  });

  it('still answers repeats and conflicts on a full disk', () => {
    const first = event();
    writer.write([append('a', -1, first)]);
    fillDisk();
    expect(() => writer.write([append('a', 0, event(100_000))])).toThrow(/full/);
    expect(writer.write([append('a', -1, first), append('a', 7, event())])).toEqual([
      { revision: 0, position: 1, repeated: true },
      { conflict: 0 },
    ]);
  });

  it('knows more streams than it keeps in memory', () => {
    const streams = Array.from({ length: 20_100 }, (_, i) => `s-${i}`);
    for (let i = 0; i < streams.length; i += 2_010) {
      writer.write(streams.slice(i, i + 2_010).map((stream) => append(stream, -1, event())));
    }
    expect(writer.write([append('s-0', 0, event()), append('s-0', -1, event())])).toEqual([
      { revision: 1, position: 20_101, repeated: false },
      { conflict: 1 },
    ]);
  });
});
