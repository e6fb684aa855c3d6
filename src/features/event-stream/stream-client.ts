import { setImmediate as otherWork } from 'node:timers/promises';
import { EventStoreUnavailable, type EventStore } from '../../event-store/event-store.js';
import { CredentialRefused, TooManyFailures } from '../../platform/auth/authenticator.js';
import type { Principal } from '../../platform/auth/principal.js';
import { pause, retryDelay } from '../../projections/retry.js';
import { ReadModelBehind } from '../../projections/projection.js';
import { scan, type EventAccess } from '../feed/index.js';
import type { LogTail } from './log-tail.js';
import type { Selection } from './selection.js';
import { commentFrame, openingFrame } from './server-sent-events.js';
import { BatchMaker, type StreamBatch } from './stream-batch.js';
import type { StreamSink } from './stream-sink.js';
import type { Turns } from './turns.js';

/** Events of the log that one client looks at in one turn, while it catches up: more, the fewer of them are for it. */
const FEWEST_EVENTS = 64;
const MOST_EVENTS = 1_024;
/** Batches that one client takes before others have their turn, as long as its connection takes them. */
const IN_A_ROW = 64;

/** What all clients share. */
export interface StreamParts {
  readonly store: EventStore;
  readonly source: string;
  readonly access: EventAccess;
  readonly tail: LogTail;
  /** For reading the log: many that catch up at once must not keep the process from other work. */
  readonly turns: Turns;
  /** How long a client may leave what it was sent. */
  readonly patienceMs: number;
}

/** One client and its credential, which is looked at again before anything is handed out. */
export interface StreamRequest {
  readonly selection: Selection;
  /** Exclusive. */
  readonly after: bigint;
  /** Who it is now. @throws CredentialRefused and the like */
  readonly identify: () => Promise<Principal>;
}

/** Why a stream ended. */
export type StreamEnd = 'gone' | 'slow' | 'refused' | 'stopping' | 'failed';

const LAST_WORDS: Readonly<Record<StreamEnd, string>> = {
  gone: '',
  slow: 'cut off, because what was sent was not taken in time',
  refused: 'ended, because the credential is no longer good',
  stopping: 'ended, because the service is stopping',
  failed: 'ended, because of a fault',
};

/** Whether it may be better in a moment, with nothing missed. */
const isTemporary = (error: unknown): boolean =>
  error instanceof EventStoreUnavailable || error instanceof ReadModelBehind;

/**
 * Hands the log to one client, at the client's own pace: from what is kept of the log's end as long as the client is near it,
 * else from the log. Nothing is queued for it beyond what its connection holds, one batch at the most.
 */
export class StreamClient {
  private readonly ending = new AbortController();
  private reason: StreamEnd | undefined;
  private cause: unknown;
  private at: bigint;
  /** Where it stood when it was last told so. */
  private told: bigint;
  private waiting = false;
  private pageEvents = FEWEST_EVENTS;
  private inARow = 0;

  constructor(
    private readonly parts: StreamParts,
    private readonly request: StreamRequest,
    private readonly sink: StreamSink,
  ) {
    this.at = request.after;
    this.told = request.after;
  }

  /** Everything up to here was handed out, or was not for it. */
  get position(): bigint {
    return this.at;
  }

  /** Resolves when the stream has ended, with the reason; never throws. */
  async run(): Promise<{ readonly reason: StreamEnd; readonly cause?: unknown }> {
    this.sink.write(openingFrame(this.at));
    for (let attempt = 0; !this.ending.signal.aborted;) {
      try {
        await this.step();
        attempt = 0;
      } catch (error) {
        if (isTemporary(error)) await pause(retryDelay(attempt++), this.ending.signal);
        else this.fail(error);
      }
    }
    return { reason: this.reason ?? 'gone', cause: this.cause };
  }

  /** Says that the connection is alive. One that does not take what it was sent is not written to. */
  beat(): void {
    if (this.waiting || this.ending.signal.aborted) return;
    this.sink.write(commentFrame('still here', this.at > this.told ? this.at : null));
    this.told = this.at;
  }

  /** Whether the credential is still good, also while nothing happens. */
  async check(): Promise<void> {
    try {
      await this.request.identify();
    } catch (error) {
      this.fail(error);
    }
  }

  end(reason: StreamEnd): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.ending.abort();
    if (reason !== 'gone') this.sink.end(commentFrame(LAST_WORDS[reason], this.at < 0n ? null : this.at));
  }

  private fail(error: unknown): void {
    this.cause = error;
    const refused = error instanceof CredentialRefused || error instanceof TooManyFailures;
    this.end(refused ? 'refused' : 'failed');
  }

  private async step(): Promise<void> {
    const { tail, turns } = this.parts;
    const found = tail.after(this.at);
    if (found === undefined) return tail.more(this.ending.signal);
    if (++this.inARow % IN_A_ROW === 0) await otherWork();
    const batch = found === 'behind' ? await turns.run(() => this.read()) : found;
    await this.hand(batch.after(this.at));
  }

  private async read(): Promise<StreamBatch> {
    const { store, source, tail } = this.parts;
    const { filter, fits } = this.request.selection;
    // What the tail has seen by now is in the log, so reading to its end now finds all of it.
    const seen = tail.position;
    const maker = new BatchMaker(source);
    const most = this.pageEvents;
    let position = this.at;
    let count = 0;
    let isFull = false;
    for await (const event of scan(store, filter, this.at, most)) {
      count++;
      position = event.position;
      isFull = fits(event) && maker.add(event);
      if (isFull) break;
    }
    this.pageEvents = isFull ? Math.max(FEWEST_EVENTS, count) : Math.min(MOST_EVENTS, 2 * most);
    await otherWork();
    const isEnd = !isFull && count < most;
    return maker.make(isEnd && position < seen ? seen : position);
  }

  private async hand(batch: StreamBatch): Promise<void> {
    const { access } = this.parts;
    const { selection, identify } = this.request;
    let caller = await identify();
    // The platform's key hangs on no read model. Of all others a revocation that stands before these events in the log must
    // be known, and who may read what they are about.
    if (caller.credentialType !== 'platform_psk' && !batch.isEmpty) {
      await batch.judgedBy(access);
      caller = await identify();
    }
    if (this.ending.signal.aborted) return;
    const text = batch.text(selection, caller, access);
    this.at = batch.position;
    if (text.length > 0 && !this.sink.write(text)) await this.drained();
  }

  private async drained(): Promise<void> {
    const { signal } = this.ending;
    this.waiting = true;
    const timer = setTimeout(() => this.end('slow'), this.parts.patienceMs);
    await this.sink.drained(signal);
    clearTimeout(timer);
    this.waiting = false;
  }
}
