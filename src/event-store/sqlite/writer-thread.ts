import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import type { EncodedAppend } from '../append-limits.js';
import {
  EventStoreUnavailable,
  RevisionConflict,
  type AppendResult,
  type ExpectedRevision,
  type RecordedEvent,
} from '../event-store.js';
import { KnownHeads } from './known-heads.js';
import type {
  AppendAnswer,
  AppendRequest,
  WriterReply,
  WriterRequest,
  WriterStart,
} from './writer-protocol.js';

/** What may wait for the writer, so that a slow disk leads to refusals and not to a full memory. */
export const MAX_PENDING_APPENDS = 10_000;
export const MAX_PENDING_BYTES = 64 * 1024 * 1024;

/** Appends in one message to the writer, so that a burst becomes several transactions and the first need not wait for the last. */
export const MAX_MESSAGE_APPENDS = 256;

const WORKER = new URL('./writer.worker.js', import.meta.url);

interface Pending {
  readonly request: AppendRequest;
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly bytes: number;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: Error) => void;
}

/** This side of the writer: hands appends over in order, and hands the answers back when they are on the disk. */
export class WriterThread {
  /** Position of the last event known to be committed, -1 when there is none. */
  head = -1n;
  private readonly heads = new KnownHeads();
  /** Called when {@link head} has moved, and when the writer has gone. */
  onChange: () => void = () => undefined;
  private readonly posted = new Int32Array(new SharedArrayBuffer(4));
  private readonly worker: Worker;
  private readonly port: MessagePort;
  private readonly exited: Promise<void>;
  /** Accepted and not yet answered, oldest first; the last `unsent` of them are not posted yet. */
  private pending: Pending[] = [];
  private unsent = 0;
  private pendingBytes = 0;
  private gone: string | undefined;

  /**
   * Resolves when the log is open.
   * @throws Error with the writer's reason when the file is not usable
   */
  static start(file: string, script: URL = WORKER): Promise<WriterThread> {
    return new Promise((resolve, reject) => {
      const thread = new WriterThread(file, script, (reason) => {
        if (reason === undefined) resolve(thread);
        else reject(new Error(reason));
      });
    });
  }

  private constructor(
    file: string,
    script: URL,
    private readonly started: (refusal?: string) => void,
  ) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.port.on('message', (reply: WriterReply) => this.receive(reply));
    const workerData: WriterStart = { file, port: port2, posted: this.posted };
    this.worker = new Worker(script, { workerData, transferList: [port2] });
    this.worker.on('error', (error) => this.lose(`the event log's writer has died: ${String(error)}`));
    this.exited = new Promise((resolve) => {
      this.worker.on('exit', () => {
        this.lose("the event log's writer has ended");
        this.port.close();
        resolve();
      });
    });
  }

  /** @throws {@link EventStoreUnavailable} when nothing can be written any more */
  requireAlive(): void {
    if (this.gone !== undefined) throw new EventStoreUnavailable(this.gone);
  }

  /** Resolves when the append is durable. Appends are carried out in the order of these calls. */
  append(
    stream: string,
    { events, bytes }: EncodedAppend,
    expected: ExpectedRevision,
  ): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      this.requireAlive();
      if (this.pending.length >= MAX_PENDING_APPENDS || this.pendingBytes + bytes > MAX_PENDING_BYTES) {
        throw new EventStoreUnavailable('too many appends are waiting for the event log');
      }
      const request = { stream, expected: toNumber(expected), events };
      this.pending.push({ request, stream, expected, bytes, resolve, reject });
      this.pendingBytes += bytes;
      if (this.unsent++ > 0) return;
      // One message for all appends of this turn. When the writer is busy anyway, also for those of the other requests
      // that have come in: waking it costs more than what it is told.
      if (this.pending.length > 1) setImmediate(() => this.send());
      else process.nextTick(() => this.send());
    });
  }

  /**
   * A stream that was read to its end, or has no event (-1). Somebody may see an event in the file before the writer's own
   * word of it arrives here ({@link sawEvents}); from then on it is there for everybody.
   */
  sawEnd(stream: string, revision: bigint): void {
    this.heads.saw(stream, revision);
  }

  sawEvents(events: readonly RecordedEvent[]): void {
    for (const { position, stream, revision } of events) {
      if (position > this.head) this.heads.saw(stream, revision);
    }
  }

  /** Whether the stream is known to have no event at this revision or after it, without a look into the file. */
  endsBefore(stream: string, revision: bigint): boolean {
    // A writer that died may have committed what it could not tell any more.
    return this.gone === undefined && this.heads.endsBefore(stream, revision);
  }

  /** Waits for everything accepted, then ends the thread. */
  async close(): Promise<void> {
    if (this.gone === undefined) {
      this.send();
      this.post('close');
    }
    await this.exited;
  }

  private send(): void {
    const requests = this.pending.slice(this.pending.length - this.unsent).map(({ request }) => request);
    this.unsent = 0;
    for (let i = 0; i < requests.length; i += MAX_MESSAGE_APPENDS) {
      this.post(requests.slice(i, i + MAX_MESSAGE_APPENDS));
    }
  }

  private post(message: WriterRequest): void {
    this.port.postMessage(message);
    Atomics.add(this.posted, 0, 1);
    Atomics.notify(this.posted, 0);
  }

  private receive(reply: WriterReply): void {
    switch (reply.kind) {
      case 'ready':
        this.head = BigInt(reply.head);
        return this.started();
      case 'refused':
        return this.started(reply.reason);
      case 'committed':
        this.head = BigInt(reply.head);
        this.settle(reply.answers.length, (append, i) => this.answer(append, reply.answers[i]!));
        return this.onChange();
      case 'failed':
        return this.settle(reply.appends, ({ reject }) =>
          reject(new EventStoreUnavailable(`the event log can't be written: ${reply.reason}`)),
        );
      case 'closed':
        return this.fail('the event log is closed');
    }
  }

  private settle(count: number, each: (append: Pending, index: number) => void): void {
    const settled = this.pending.splice(0, count);
    for (const [index, append] of settled.entries()) {
      this.pendingBytes -= append.bytes;
      each(append, index);
    }
  }

  private answer({ stream, expected, resolve, reject }: Pending, given: AppendAnswer): void {
    if ('conflict' in given) {
      this.heads.saw(stream, BigInt(given.conflict));
      const actual = given.conflict < 0 ? 'no-stream' : BigInt(given.conflict);
      reject(new RevisionConflict(stream, expected, actual));
    } else {
      const revision = BigInt(given.revision);
      if (!given.repeated) this.heads.saw(stream, revision);
      resolve({ revision, position: BigInt(given.position) });
    }
  }

  /** The thread has gone; what it said before it went still counts. */
  private lose(reason: string): void {
    for (;;) {
      const received = receiveMessageOnPort(this.port) as { message: WriterReply } | undefined;
      if (received === undefined) return this.fail(reason);
      this.receive(received.message);
    }
  }

  /** From here on nothing is accepted; what waits may or may not have been written. The first reason stands. */
  private fail(reason: string): void {
    if (this.gone !== undefined) return;
    this.gone = reason;
    this.unsent = 0;
    this.settle(this.pending.length, ({ reject }) => reject(new EventStoreUnavailable(reason)));
    this.started(reason);
    this.onChange();
  }
}

/** A revision beyond what a number holds is one that no stream has, rounded or not. */
const toNumber = (expected: ExpectedRevision): AppendRequest['expected'] => {
  if (expected === 'no-stream') return -1;
  return typeof expected === 'bigint' ? Number(expected) : expected;
};
