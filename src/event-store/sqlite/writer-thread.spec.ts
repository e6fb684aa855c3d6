import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EncodedAppend } from '../append-limits.js';
import type { AppendResult, RecordedEvent } from '../event-store.js';
import { MAX_PENDING_APPENDS, MAX_PENDING_BYTES, WriterThread } from './writer-thread.js';

const unavailable = (message: string | RegExp): object =>
  expect.objectContaining({ name: 'EventStoreUnavailable', message: expect.stringMatching(message) });

const encoded = (bytes = 20): EncodedAppend => ({
  events: [{ id: randomUUID(), type: 'T', data: '{}', metadata: '{}' }],
  bytes,
});

// A writer without a disk. It answers each append of a stream named "…" so: "die" throws, "exit" ends, "full" fails, "hold"
// holds all answers back until "go"; any other is committed.
const STAND_IN = `
import { workerData, receiveMessageOnPort } from 'node:worker_threads';
const { port, posted } = workerData;
let head = 0, held = [], holding = false;
port.postMessage({ kind: 'ready', head: -1 });
const answer = (appends) => port.postMessage({
  kind: 'committed', answers: appends.map(() => ({ revision: 0, position: ++head, repeated: false })), head,
});
for (let open = true; open; ) {
  const seen = Atomics.load(posted, 0);
  const received = receiveMessageOnPort(port);
  if (received === undefined) { Atomics.wait(posted, 0, seen); continue; }
  if (received.message === 'close') { if (held.length > 0) answer(held); open = false; continue; }
  for (const append of received.message) {
    if (append.stream === 'die') throw new Error('stumbled');
    if (append.stream === 'exit') process.exit(3);
    if (append.stream === 'full') { port.postMessage({ kind: 'failed', reason: 'disk is full', appends: 1 }); continue; }
    if (append.stream === 'hold') holding = true;
    if (append.stream === 'go') holding = false;
    held.push(append);
    if (!holding) { answer(held); held = []; }
  }
}
port.postMessage({ kind: 'closed' });
`;

describe('WriterThread', () => {
  let dir: string;
  let script: URL;
  let thread: WriterThread;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'countersign-thread-'));
    const path = join(dir, 'stand-in.mjs');
    await writeFile(path, STAND_IN);
    script = pathToFileURL(path);
    thread = await WriterThread.start('unused', script);
  });
  afterEach(async () => {
    await thread.close();
    await rm(dir, { recursive: true });
  });

  const append = (stream: string, bytes?: number): Promise<AppendResult> =>
    thread.append(stream, encoded(bytes), 'no-stream');

  it('answers in order, and knows the head before the answer is seen', async () => {
    const results = await Promise.all(['a', 'b', 'c'].map((stream) => append(stream)));
    expect(results.map(({ position }) => position)).toEqual([1n, 2n, 3n]);
    expect(thread.head).toBe(3n);
  });

  it('tells of each commit', async () => {
    const heads: bigint[] = [];
    thread.onChange = () => heads.push(thread.head);
    await append('a');
    await append('b');
    expect(heads).toEqual([1n, 2n]);
  });

  it('a batch that could not be written fails; the next one is written', async () => {
    await expect(append('full')).rejects.toEqual(unavailable("the event log can't be written: disk is full"));
    expect(await append('a')).toEqual({ revision: 0n, position: 1n });
  });

  describe('where streams end', () => {
    it('is known of those that were appended to or read, and of no other', async () => {
      expect(thread.endsBefore('a', 0n)).toBe(false);
      await append('a');
      expect([thread.endsBefore('a', 0n), thread.endsBefore('a', 1n)]).toEqual([false, true]);
      thread.sawEnd('b', -1n);
      expect(thread.endsBefore('b', 0n)).toBe(true);
    });

    it('is what somebody has seen in the file, also before the word of the writer has come', async () => {
      await append('a');
      const seen = (stream: string, revision: bigint, position: bigint): RecordedEvent =>
        ({ stream, revision, position }) as RecordedEvent;
      thread.sawEvents([seen('a', 1n, 2n)]);
      expect([thread.endsBefore('a', 1n), thread.endsBefore('a', 2n)]).toEqual([false, true]);
      // An old event says nothing of where its stream ends.
      thread.sawEvents([seen('c', 0n, 1n)]);
      expect(thread.endsBefore('c', 1n)).toBe(false);
    });

    it('is not known any more when the writer has died: it may have committed what it could not tell', async () => {
      thread.sawEnd('a', 0n);
      await expect(append('die')).rejects.toEqual(unavailable(/stumbled/));
      expect(thread.endsBefore('a', 1n)).toBe(false);
    });
  });

  describe('a writer that dies', () => {
    it.each([
      ['die', /writer has died: Error: stumbled/],
      ['exit', /writer has ended/],
    ])('(%s) fails all that wait and all that come', async (stream, message) => {
      let changes = 0;
      thread.onChange = () => changes++;
      const outcomes = await Promise.allSettled([
        append('hold'),
        append('waiting'),
        append(stream),
        append('behind'),
      ]);
      for (const outcome of outcomes)
        expect(outcome).toEqual({ status: 'rejected', reason: unavailable(message) });
      await expect(append('later')).rejects.toEqual(unavailable(message));
      expect(() => thread.requireAlive()).toThrow(message);
      expect(changes).toBe(1);
    });

    it('what it had answered before counts', async () => {
      const [answered, lost] = await Promise.allSettled([append('a'), append('die')]);
      expect(answered).toEqual({ status: 'fulfilled', value: { revision: 0n, position: 1n } });
      expect(lost).toEqual({ status: 'rejected', reason: unavailable(/stumbled/) });
    });

    it('can be closed', async () => {
      await expect(append('die')).rejects.toEqual(unavailable(/stumbled/));
      await thread.close();
      await thread.close();
    });

    it('at the start is told to whoever starts it', async () => {
      const path = join(dir, 'broken.mjs');
      await writeFile(path, "throw new Error('no disk at all')");
      await expect(WriterThread.start('unused', pathToFileURL(path))).rejects.toThrow(/no disk at all/);
    });
  });

  describe('the queue is bounded', () => {
    it('in appends', async () => {
      const accepted = Array.from({ length: MAX_PENDING_APPENDS }, (_, i) =>
        append(i === 0 ? 'hold' : 'waiting'),
      );
      await expect(append('go')).rejects.toEqual(
        unavailable('too many appends are waiting for the event log'),
      );
      const closing = thread.close();
      expect(await Promise.all(accepted)).toHaveLength(MAX_PENDING_APPENDS);
      await closing;
    });

    it('in bytes, and takes more when some were answered', async () => {
      const holding = append('hold', MAX_PENDING_BYTES - 10);
      await expect(append('go', 11)).rejects.toEqual(unavailable(/too many appends are waiting/));
      await Promise.all([append('go', 10), holding]);
      await append('a', MAX_PENDING_BYTES);
    });
  });

  it('close waits for what was accepted', async () => {
    const accepted = [append('hold'), append('a'), append('b')];
    await thread.close();
    expect((await Promise.all(accepted)).map(({ position }) => position)).toEqual([1n, 2n, 3n]);
    await expect(append('late')).rejects.toEqual(unavailable('the event log is closed'));
  });
});
