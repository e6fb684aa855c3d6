import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { EncodedAppend } from '../append-limits.js';
import {
  AppendOutcomeUnknown,
  EventStoreUnavailable,
  RevisionConflict,
  type ExpectedRevision,
} from '../event-store.js';
import { unknownOutcome, type AppendAnswer } from './append-answer.js';
import { toRequest } from './append-request.js';
import type { StoreClient } from './store-client.js';
import { within } from './within.js';

/** An append has its answer by then, good or bad: callers of commands are told within two seconds. */
export const APPEND_MS = 1_500;
/** An attempt without an answer is repeated after this time. */
const PATIENCE_MS = 500;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

/** As in the embedded log: beyond this the store does not keep up, and waiting longer helps nobody. */
const MAX_PENDING_APPENDS = 10_000;
const MAX_PENDING_BYTES = 64 * 1024 * 1024;

export interface Appended {
  readonly revision: bigint;
  readonly position: bigint | undefined;
}

interface Append extends EncodedAppend {
  readonly stream: string;
  readonly expected: ExpectedRevision;
}

/**
 * Appends until it is known what became of them. Events with the same ids at the same explicit revision are written once,
 * however often they are sent and whatever server answers; so an attempt whose outcome is unknown is simply repeated. Without
 * an explicit revision the store forgets after a restart what it has seen: there nothing is repeated.
 *
 * One client carries the appends of this process. Where it hangs it is replaced.
 */
export class Appender {
  private client: StoreClient;
  private readonly settling = new Set<Promise<unknown>>();
  private pendingBytes = 0;
  private closed = false;

  constructor(private readonly makeClient: () => StoreClient) {
    this.client = makeClient();
  }

  /** @throws what `EventStore.append` throws */
  append(stream: string, encoded: EncodedAppend, expected: ExpectedRevision): Promise<Appended> {
    if (this.closed) return Promise.reject(new EventStoreUnavailable('the event log is closed'));
    if (this.settling.size >= MAX_PENDING_APPENDS || this.pendingBytes + encoded.bytes > MAX_PENDING_BYTES) {
      return Promise.reject(new EventStoreUnavailable('too many appends are waiting for the event store'));
    }
    this.pendingBytes += encoded.bytes;
    const settled = this.settle({ ...encoded, stream, expected }).finally(() => {
      this.settling.delete(settled);
      this.pendingBytes -= encoded.bytes;
    });
    this.settling.add(settled);
    return settled;
  }

  /** Waits for what was accepted; that ends by itself, since every append does. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled(this.settling);
    await this.client.close();
  }

  private async settle(append: Append): Promise<Appended> {
    const { stream, expected } = append;
    const mayRepeat = expected === 'no-stream' || typeof expected === 'bigint';
    const end = performance.now() + APPEND_MS;
    let mayBeWritten = false;
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
      const left = end - performance.now();
      const answer = await this.attempt(append, mayRepeat ? Math.min(left, PATIENCE_MS) : left);
      if (answer.kind === 'written') return answer;
      if (answer.kind === 'conflict') throw new RevisionConflict(stream, expected, answer.actual);
      if (answer.kind === 'refused') throw new Error(`append to ${stream}: ${answer.reason}`);
      mayBeWritten ||= answer.kind === 'unknown';
      if ((mayBeWritten && !mayRepeat) || performance.now() + wait >= end) {
        throw mayBeWritten
          ? new AppendOutcomeUnknown(answer.reason)
          : new EventStoreUnavailable(answer.reason);
      }
      await pause(wait * (0.5 + Math.random() / 2));
    }
  }

  private async attempt({ stream, events, expected }: Append, patience: number): Promise<AppendAnswer> {
    const { client } = this;
    const started = performance.now();
    const carrier = await within(
      patience,
      client.appendStream().catch((error: Error) => error),
    );
    if (carrier === undefined || carrier instanceof Error) {
      this.replace(client);
      return {
        kind: 'notNow',
        reason: `the event store can't be reached: ${carrier?.message ?? 'no answer'}`,
      };
    }
    const id = randomUUID();
    const left = started + patience - performance.now();
    const answer = await within(left, carrier.send(id, toRequest(id, stream, events, expected)));
    if (answer !== undefined) return answer;
    carrier.forget(id);
    // One answer that is late says nothing about the others; none at all, that nothing gets through.
    if (!carrier.answeredSince(started)) this.replace(client);
    return unknownOutcome('the event store has not answered in time');
  }

  /** What waits for the old client is told that its outcome is unknown, and goes on with the new one. */
  private replace(client: StoreClient): void {
    if (client !== this.client) return;
    this.client = this.makeClient();
    void client.close();
  }
}
