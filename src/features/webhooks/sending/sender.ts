import { setMaxListeners } from 'node:events';
import type { SendingProgress } from '../../../domain/webhook/webhook.events.js';
import type { EventStore, RecordedEvent } from '../../../event-store/event-store.js';
import type { Clock } from '../../../platform/clock/clock.js';
import { cloudEventJson } from '../../feed/index.js';
import { Lanes, type LiveLane } from './lanes.js';
import type { Lease } from './lease.js';
import type { LogTail } from './log-tail.js';
import type { Outbox, Outcomes } from './outbox.js';
import { Abandoned, type Answer, type Receiver } from './receiver.js';
import { parseRetryAfter, retryDelay } from './retry-schedule.js';
import type { Signer } from './subscription.js';

/** Requests to one receiver at the same time. */
export const CONNECTIONS = 16;
/** Events taken from the log at once. */
const READ_AHEAD = 64;
/** Events of one entity read again at once. */
const LANE_READ = 16;
/** What is not recorded yet is recorded after so long at the latest, where nothing has to be renewed. */
const CHECKPOINT_MS = 60_000;
/** Nothing fitted in so many events: record that they need not be looked at again. */
export const FRUITLESS = 20_000;
/** The same, when sending ends. */
const WORTH_RECORDING = 1_000;
/** The clock may be set: nobody sleeps longer than this without looking at it again. */
const LONGEST_SLEEP_MS = 1_000;
/** The log can't be reached now: it is asked again after so long. */
const LOG_AWAY_MS = 1_000;
/** So many failures and no success between them: the receiver is away. When it is back, all are tried again, … */
const OUTAGE = 3;
/** … spread over so long, … */
const COMEBACK_MS = 5_000;
/** … and not more often than this, should it come and go. */
const COMEBACK_PAUSE_MS = 60_000;
/** What is under way when sending stops may take so long. */
export const STOP_MS = 5_000;

export interface SenderParts {
  readonly store: EventStore;
  readonly tail: LogTail;
  readonly clock: Clock;
  readonly receiver: Receiver;
  readonly source: string;
  readonly outbox: Outbox;
  readonly lease: Lease;
  readonly wanted: (event: RecordedEvent) => boolean;
  readonly signer: () => Signer;
  /** Events that somebody asked to have sent again, so many at most, none of those that `isKnown`. */
  readonly toSendAgain: (
    limit: number,
    isKnown: (event: RecordedEvent) => boolean,
  ) => Promise<readonly RecordedEvent[]>;
  /** Writes to the log; false: the lease was lost, and nothing was written. */
  readonly record: (progress: SendingProgress, outcomes: Outcomes, released: boolean) => Promise<boolean>;
  /** The receiver says that it wants nothing any more. */
  readonly gone: () => Promise<void>;
  /** The log is away. */
  readonly complain: (error: unknown) => void;
}

/**
 * Sends one webhook's events while it holds the lease: takes them from the log, one at a time for each entity and several
 * entities side by side, and records how far it has come.
 */
export class Sender {
  private readonly lanes: Lanes;
  private position: bigint;
  private fruitless = 0;
  private ahead: readonly RecordedEvent[] = [];
  private aheadIndex = 0;
  private aheadPosition: bigint;
  private underWay = 0;
  private stopping = false;
  private fault: unknown;
  private failuresInARow = 0;
  private lastComeback = -Infinity;
  private nextLook = 0;
  private logAwayUntil = 0;
  private readonly recordWaiters = new Set<() => void>();
  private readonly cutting = new AbortController();
  private waking = new AbortController();

  constructor(
    private readonly parts: SenderParts,
    private readonly start: SendingProgress,
    /** Up to where, and in how many events, nothing is known to fit: sending begins after it. */
    looked: { readonly position: bigint; readonly events: number },
  ) {
    setMaxListeners(CONNECTIONS + 1, this.cutting.signal);
    this.lanes = new Lanes(start.lanes);
    this.position = looked.position;
    this.aheadPosition = looked.position;
    this.fruitless = looked.events;
  }

  progress(): SendingProgress {
    return { replays: this.start.replays, position: `${this.position}`, lanes: this.lanes.recorded() };
  }

  /**
   * Until it is stopped, the lease is lost, or there is nothing to do and no lease for it any more.
   * @throws what makes going on impossible
   */
  async run(): Promise<void> {
    const { lease, tail, outbox } = this.parts;
    try {
      while (!this.stopping && this.fault === undefined) {
        if (!lease.isValid) {
          if (this.isIdle) return;
          this.cutting.abort();
          break;
        }
        this.waking = new AbortController();
        await this.withLog(() => this.takeFromLog());
        await this.withLog(() => this.takeAgain());
        this.lanes.wake(this.now());
        while (this.mayBegin()) this.begin();
        if (this.isToRecord() && (await this.withLog(() => this.checkpoint(false))) === false) break;
        const sleepMs = Math.min(
          LONGEST_SLEEP_MS,
          Math.max(1, this.lanes.nextDue() - this.now()),
          Math.max(1, outbox.dueIn(CHECKPOINT_MS)),
        );
        if (!this.canGoOn()) await tail.grown(sleepMs, this.waking.signal);
      }
    } finally {
      await this.finish();
    }
    if (this.fault !== undefined) throw this.fault;
  }

  /** Resolves at the next checkpoint, which is made now; at once when there is nothing to record, or sending has ended. */
  async recordNow(): Promise<void> {
    const { outbox } = this.parts;
    if (outbox.isEmpty) return;
    outbox.hurry();
    this.waking.abort();
    await new Promise<void>((resolve) => {
      this.recordWaiters.add(resolve);
      setTimeout(resolve, LOG_AWAY_MS).unref();
    });
  }

  /** Ends {@link run}: what is under way may come to its end. */
  stop(): void {
    this.stopping = true;
    this.waking.abort();
  }

  private get isIdle(): boolean {
    return this.underWay === 0 && this.parts.outbox.isEmpty;
  }

  private now(): number {
    return this.parts.clock.now().getTime();
  }

  /** While the log is away, what came from it before is sent all the same. */
  private async withLog<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    if (performance.now() < this.logAwayUntil) return undefined;
    try {
      return await work();
    } catch (error) {
      this.logAwayUntil = performance.now() + LOG_AWAY_MS;
      this.parts.complain(error);
      return undefined;
    }
  }

  private async takeFromLog(): Promise<void> {
    const { tail, wanted } = this.parts;
    while (!this.lanes.isFull) {
      const event = this.ahead[this.aheadIndex];
      if (event === undefined) {
        this.position = this.aheadPosition;
        if (this.position >= tail.end || (this.lanes.hasReady && this.underWay < CONNECTIONS)) return;
        const stretch = await tail.read(this.position, READ_AHEAD);
        this.ahead = stretch.events;
        this.aheadIndex = 0;
        this.aheadPosition = stretch.position;
        continue;
      }
      this.aheadIndex++;
      if (wanted(event)) {
        this.fruitless = 0;
        this.lanes.offer(event);
      } else this.fruitless++;
      this.position = event.position;
    }
  }

  private async takeAgain(): Promise<void> {
    const now = performance.now();
    if (now < this.nextLook || this.lanes.isFull) return;
    this.nextLook = now + LONGEST_SLEEP_MS;
    const isKnown = (event: RecordedEvent): boolean => this.lanes.sendsAgain(event);
    for (const event of await this.parts.toSendAgain(CONNECTIONS, isKnown)) this.lanes.sendAgain(event);
  }

  private mayBegin(): boolean {
    return (
      this.lanes.hasReady &&
      this.underWay < CONNECTIONS &&
      !this.stopping &&
      !this.parts.outbox.isFull &&
      this.parts.lease.isValid
    );
  }

  /** Whether there is something to do at once, without waiting for anything. */
  private canGoOn(): boolean {
    if (this.stopping || this.fault !== undefined || this.mayBegin()) return true;
    const isBehind = this.position < this.parts.tail.end && performance.now() >= this.logAwayUntil;
    return isBehind && !this.lanes.isFull && this.underWay < CONNECTIONS;
  }

  private begin(): void {
    const lane = this.lanes.take();
    if (lane === undefined) return;
    this.underWay++;
    void this.serve(lane).finally(() => {
      this.underWay--;
      this.waking.abort();
    });
  }

  /** One event of the entity, and where the entity stands after it. */
  private async serve(lane: LiveLane): Promise<void> {
    let event: RecordedEvent | undefined;
    try {
      event = lane.known[0] ?? (await this.readOn(lane));
    } catch {
      lane.dueAt = this.now() + LOG_AWAY_MS;
      this.lanes.wait(lane);
      return;
    }
    try {
      if (event === undefined) this.lanes.close(lane);
      else await this.deliver(lane, event);
    } catch (error) {
      if (!(error instanceof Abandoned)) this.fault ??= error;
    }
  }

  /** The entity's next events that fit, as far as the log was looked at; `undefined`: it has caught up. */
  private async readOn(lane: LiveLane): Promise<RecordedEvent | undefined> {
    while (!lane.complete) {
      lane.missed = false;
      const limit = lane.again ? 1 : LANE_READ;
      const read: RecordedEvent[] = [];
      for await (const event of this.parts.store.readStream(lane.entity, { from: lane.revision, limit }))
        read.push(event);
      const last = read.at(-1);
      const reached = last === undefined || read.length < limit || last.position > this.position;
      lane.known = lane.again
        ? read
        : read.filter((event) => event.position <= this.position && this.parts.wanted(event));
      lane.complete = lane.again || (reached && !lane.missed);
      if (lane.known.length > 0) break;
      if (last !== undefined && !reached) lane.revision = last.revision + 1n;
    }
    return lane.known[0];
  }

  private async deliver(lane: LiveLane, event: RecordedEvent): Promise<void> {
    const { clock, receiver, signer, source, outbox, lease } = this.parts;
    // It was looked for in the log meanwhile, or the whole process was asleep.
    if (!lease.isValid) throw new Abandoned();
    lane.position = event.position;
    const body = cloudEventJson(event, source);
    const at = clock.now();
    const answer = await receiver.post(body, signer().headers(event.id, body, at), this.cutting.signal);
    if (answer.body !== null)
      outbox.addAnswer({ eventId: event.id, at: at.toISOString(), answer: answer.body });
    if (answer.error === null && answer.statusCode !== null) {
      const { statusCode, latencyMs } = answer;
      outbox.addDelivered([`${event.position}`, event.id, at.getTime(), statusCode, latencyMs]);
      // Somebody has asked for it, and looks whether it is a dead letter still.
      if (lane.again) outbox.hurry();
      this.settled(lane, event);
      this.gotThrough();
    } else this.failed(lane, event, at, answer);
    if (answer.statusCode === 410) {
      this.stopping = true;
      await this.parts.gone();
    }
  }

  /** Delivered or dead: the entity's next event is up. */
  private settled(lane: LiveLane, { revision }: RecordedEvent): void {
    Object.assign(lane, { failures: 0, dueAt: 0, early: null, revision: revision + 1n });
    lane.known.shift();
    if (lane.known.length === 0 && lane.complete) this.lanes.close(lane);
    else this.lanes.putBack(lane);
  }

  private gotThrough(): void {
    const wasAway = this.failuresInARow >= OUTAGE;
    this.failuresInARow = 0;
    const now = performance.now();
    if (!wasAway || now - this.lastComeback < COMEBACK_PAUSE_MS) return;
    this.lastComeback = now;
    this.lanes.hurry(this.now(), COMEBACK_MS);
  }

  private failed(lane: LiveLane, event: RecordedEvent, at: Date, answer: Answer): void {
    const { clock, outbox } = this.parts;
    this.failuresInARow++;
    const now = clock.now();
    const failures = lane.early === null ? lane.failures + 1 : lane.failures;
    const delay = retryDelay(failures, parseRetryAfter(answer.retryAfter, now));
    // One that was tried early has lost nothing by it.
    const dueAt = lane.early ?? (delay === null ? null : now.getTime() + delay);
    outbox.addFailed({
      position: `${event.position}`,
      eventId: event.id,
      entity: event.stream,
      revision: `${event.revision}`,
      at: at.toISOString(),
      statusCode: answer.statusCode,
      latencyMs: answer.latencyMs,
      error: answer.error ?? 'no answer',
      nextAttemptAt: dueAt === null ? null : new Date(dueAt).toISOString(),
    });
    if (dueAt === null) this.settled(lane, event);
    else {
      Object.assign(lane, { failures, dueAt, early: null });
      this.lanes.wait(lane);
    }
  }

  private isToRecord(): boolean {
    const { outbox, lease } = this.parts;
    if (outbox.isDue(CHECKPOINT_MS) || this.fruitless >= FRUITLESS) return true;
    return lease.isToRenew && !this.isIdle;
  }

  private async checkpoint(released: boolean): Promise<boolean> {
    const { outbox, record } = this.parts;
    const outcomes = outbox.next();
    if (!(await record(this.progress(), outcomes, released))) return false;
    outbox.recorded(outcomes);
    this.fruitless = 0;
    for (const told of this.recordWaiters) told();
    this.recordWaiters.clear();
    return true;
  }

  /** What is under way ends, or is cut off; then the last checkpoint, which gives the lease back. */
  private async finish(): Promise<void> {
    const { lease, outbox } = this.parts;
    const cut = setTimeout(() => this.cutting.abort(), STOP_MS);
    while (this.underWay > 0) {
      this.waking = new AbortController();
      await new Promise<void>((resolve) => this.waking.signal.addEventListener('abort', () => resolve()));
    }
    clearTimeout(cut);
    while (lease.isValid) {
      const isLast = !outbox.hasMore;
      const hasNews = !outbox.isEmpty || this.fruitless > WORTH_RECORDING;
      if (isLast && !hasNews && (lease.exclusive || !this.stopping)) return;
      if (!(await this.checkpoint(isLast && this.stopping)) || isLast) return;
    }
  }
}
