import { setImmediate } from 'node:timers/promises';
import {
  EventStoreUnavailable,
  type EventStore,
  type RecordedEvent,
  type SubscriptionBatch,
} from '../event-store/event-store.js';
import { countUpTo, decode, type DecodedBatch } from './batch.js';
import { applyBatch, type Stop } from './batch-application.js';
import { CheckpointMoved, type Checkpoints, type Failure } from './checkpoints.js';
import type { ProjectionRun } from './projection-run.js';
import type { ReadModelDatabase } from './read-model-database.js';
import { presenceOf } from './log-identity.js';
import { pause, retryDelay } from './retry.js';
import { isCorruption } from './sqlite-errors.js';

/** The store handed over an event that is not after the one before: nothing built on it could be right. */
export class LogOutOfOrder extends Error {
  override readonly name = 'LogOutOfOrder';
}

/** The log has gone and another one has come: an older copy was put in its place. */
export class LogReplaced extends Error {
  override readonly name = 'LogReplaced';

  constructor() {
    super('the log is not the one the read models were filled from: they are built anew at the next start');
  }
}

/** What a lane tells the engine; all calls come synchronously after a commit. */
export interface LaneEvents {
  /** The position of another lane after this one and not beyond `until`: where the two meet. */
  meetingPoint(lane: Lane, until: bigint): bigint | undefined;
  advanced(lane: Lane, events: number): void;
  stopped(run: ProjectionRun, failure: Failure): void;
  recovered(run: ProjectionRun): void;
  lost(error: unknown, retryInMs: number): void;
  broken(error: unknown): void;
}

export interface LaneContext {
  readonly store: EventStore;
  readonly database: ReadModelDatabase;
  readonly checkpoints: Checkpoints;
  readonly batchSize: number;
  readonly events: LaneEvents;
}

/**
 * Projections that stand at the same position and move together: one subscription, one transaction per batch, with the
 * checkpoint in it. One that can't apply an event leaves the lane there; the others go on.
 */
export class Lane {
  /** At the end of the log, as far as it is known. */
  live = false;
  private readonly ending = new AbortController();
  private finished: Promise<void> = Promise.resolve();
  /** The last event handed over, since the start. */
  private last: RecordedEvent | undefined;

  constructor(
    private readonly context: LaneContext,
    private members: readonly ProjectionRun[],
    public position: bigint,
  ) {}

  get runs(): readonly ProjectionRun[] {
    return this.members;
  }

  start(): void {
    this.finished = this.follow();
  }

  /** No batch begins after this; resolves when the running one is done. */
  stop(): Promise<void> {
    this.ending.abort();
    return this.finished;
  }

  get stopping(): boolean {
    return this.ending.signal.aborted;
  }

  /** Takes in runs that have reached this lane's position. */
  join(runs: readonly ProjectionRun[]): void {
    this.members = [...this.members, ...runs];
  }

  leave(run: ProjectionRun): void {
    this.members = this.members.filter((member) => member !== run);
    if (this.members.length === 0) this.ending.abort();
  }

  /** Subscribes from where the checkpoint stands, again and again, until it is stopped. */
  private async follow(): Promise<void> {
    const { store, events, batchSize } = this.context;
    const { signal } = this.ending;
    let wasLost = false;
    for (let attempt = 0; !signal.aborted; attempt++) {
      let error: unknown;
      try {
        if (wasLost) await this.requireSameLog();
        for await (const batch of store.subscribeToAll({ after: this.position, signal, batchSize })) {
          if (signal.aborted) return;
          this.take(batch);
          attempt = 0;
          if (!batch.caughtUp) await setImmediate();
        }
        error = new Error('the subscription ended');
      } catch (thrown) {
        error = thrown;
      }
      if (signal.aborted) return;
      this.live = false;
      wasLost = true;
      if (isFinal(error)) {
        events.broken(error);
        return;
      }
      // While only the log is away nothing passes this replica by. When it is us who can't keep up with a log that goes
      // on, nobody may decide on what stands here.
      if (!(error instanceof EventStoreUnavailable)) for (const run of this.members) run.caughtUp = false;
      const delay = retryDelay(attempt);
      events.lost(error, delay);
      await pause(delay, signal);
    }
  }

  private async requireSameLog(): Promise<void> {
    if (this.last === undefined) return;
    const presence = await presenceOf(this.context.store, this.last);
    if (presence === 'another') throw new LogReplaced();
    // Perhaps the node that took over has not come so far yet.
    if (presence === 'absent') throw new Error('the log does not hold what was applied last');
  }

  private take(batch: SubscriptionBatch): void {
    const { events } = this.context;
    this.requireOrder(batch.events);
    const meeting = events.meetingPoint(this, batch.position);
    const to = meeting ?? (batch.position > this.position ? batch.position : this.position);
    const count = meeting === undefined ? batch.events.length : countUpTo(batch.events, meeting);
    if (to > this.position) this.commit(decode(batch.events, count), to);
    if (batch.caughtUp && meeting === undefined) this.live = true;
    events.advanced(this, count);
  }

  private commit(batch: DecodedBatch, to: bigint): void {
    const stops = applyBatch(this.context, this.members, batch, this.position, to);
    this.position = to;
    this.last = batch.events.at(-1) ?? this.last;
    for (const run of this.members) {
      const stop = stops.get(run);
      if (stop === undefined) this.moved(run, to);
      else this.stopped(run, stop);
    }
  }

  private moved(run: ProjectionRun, to: bigint): void {
    run.position = to;
    if (run.failure === undefined || to < run.failure.position) return;
    run.failure = undefined;
    this.context.events.recovered(run);
  }

  private stopped(run: ProjectionRun, { position, failure }: Stop): void {
    run.position = position;
    run.failure = failure;
    this.leave(run);
    this.context.events.stopped(run, failure);
  }

  private requireOrder(events: readonly RecordedEvent[]): void {
    let last = this.position;
    for (const { position, stream } of events) {
      if (position <= last) {
        throw new LogOutOfOrder(`the log handed over position ${position} (${stream}) after ${last}`);
      }
      last = position;
    }
  }
}

/** Going on would build on what is not so. */
const isFinal = (error: unknown): boolean =>
  error instanceof CheckpointMoved ||
  error instanceof LogOutOfOrder ||
  error instanceof LogReplaced ||
  isCorruption(error);
