import { setImmediate } from 'node:timers/promises';
import { upcast } from '../event-store/codec/upcast.js';
import type { EventStore, RecordedEvent, SubscriptionBatch } from '../event-store/event-store.js';
import { CheckpointMoved, type CheckpointMover, type Checkpoints, type Failure } from './checkpoints.js';
import { EventRefused, type DecodedBatch, type ProjectionRun } from './projection-run.js';
import type { ReadModelDatabase } from './read-model-database.js';
import { pause, retryDelay } from './retry.js';
import { isCorruption, isEnvironmental } from './sqlite-errors.js';

/** The store handed over an event that is not after the one before: nothing built on it could be right. */
export class LogOutOfOrder extends Error {
  override readonly name = 'LogOutOfOrder';
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
  private mover: CheckpointMover | undefined;

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
    this.setMembers([...this.members, ...runs]);
  }

  leave(run: ProjectionRun): void {
    this.setMembers(this.members.filter((member) => member !== run));
  }

  private setMembers(members: readonly ProjectionRun[]): void {
    this.members = members;
    this.mover = undefined;
    if (members.length === 0) this.ending.abort();
  }

  /** Subscribes from where the checkpoint stands, again and again, until it is stopped. */
  private async follow(): Promise<void> {
    const { store, events, batchSize } = this.context;
    const { signal } = this.ending;
    for (let attempt = 0; !signal.aborted; attempt++) {
      let error: unknown;
      try {
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
      if (error instanceof CheckpointMoved || error instanceof LogOutOfOrder || isCorruption(error)) {
        events.broken(error);
        return;
      }
      const delay = retryDelay(attempt);
      events.lost(error, delay);
      await pause(delay, signal);
    }
  }

  private take(batch: SubscriptionBatch): void {
    const { events } = this.context;
    this.requireOrder(batch.events);
    const meeting = events.meetingPoint(this, batch.position);
    const to = meeting ?? (batch.position > this.position ? batch.position : this.position);
    const count = meeting === undefined ? batch.events.length : countUpTo(batch.events, meeting);
    if (to > this.position) this.commit(decode(batch.events), count, to);
    if (batch.caughtUp && meeting === undefined) this.live = true;
    events.advanced(this, count);
  }

  /** Applies `count` events and moves the checkpoint to `to`, all in one transaction. */
  private commit(batch: DecodedBatch, count: number, to: bigint): void {
    const { database, events } = this.context;
    const from = this.position;
    const stopped = database.transaction(() => this.applyAll(batch, count, to));
    this.position = to;
    for (const run of this.members) {
      const stop = stopped?.get(run);
      if (stop === undefined) run.position = to;
      else this.stopRun(run, stop, positionBefore(batch, stop.at, from));
      if (stop === undefined && run.failure !== undefined && to >= run.failure.position) {
        run.failure = undefined;
        events.recovered(run);
      }
    }
  }

  private stopRun(run: ProjectionRun, { failure }: Stop, position: bigint): void {
    run.position = position;
    run.failure = failure;
    this.leave(run);
    this.context.events.stopped(run, failure);
  }

  private applyAll(
    batch: DecodedBatch,
    count: number,
    to: bigint,
  ): ReadonlyMap<ProjectionRun, Stop> | undefined {
    const { checkpoints } = this.context;
    let stopped: Map<ProjectionRun, Stop> | undefined;
    for (const run of this.members) {
      if (!run.concerns(batch, count)) continue;
      const stop = this.applyOne(run, batch, count);
      if (stop !== undefined) (stopped ??= new Map<ProjectionRun, Stop>()).set(run, stop);
    }
    if (stopped === undefined) {
      this.mover ??= checkpoints.mover(this.members.map(({ id }) => id));
      this.mover.move(this.position, to, batch.events[count - 1]);
    } else {
      this.moveApart(batch, count, to, stopped);
    }
    for (const run of this.members) {
      if (run.failure === undefined || stopped?.has(run) === true) continue;
      if (to >= run.failure.position) checkpoints.clearFailure(run.id);
    }
    return stopped;
  }

  /** The checkpoints of a batch that some projection could not finish. */
  private moveApart(
    batch: DecodedBatch,
    count: number,
    to: bigint,
    stopped: ReadonlyMap<ProjectionRun, Stop>,
  ): void {
    const { checkpoints } = this.context;
    const others = this.members.filter((run) => !stopped.has(run)).map(({ id }) => id);
    if (others.length > 0) checkpoints.mover(others).move(this.position, to, batch.events[count - 1]);
    for (const [run, { at, failure }] of stopped) {
      const reached = positionBefore(batch, at, this.position);
      checkpoints.mover([run.id]).move(this.position, reached, batch.events[at - 1]);
      checkpoints.fail(run.id, failure);
    }
  }

  /**
   * Applies the events to one projection. When a handler throws, what it did in this batch is undone and the events
   * before that one are applied again, so that the projection stands exactly there.
   */
  private applyOne(run: ProjectionRun, batch: DecodedBatch, count: number): Stop | undefined {
    let stop: Stop | undefined;
    for (let end = count; ;) {
      const until = end;
      try {
        this.context.database.attempt(() => run.apply(batch, until));
        return stop;
      } catch (error) {
        if (!(error instanceof EventRefused)) throw error;
        if (isEnvironmental(error.cause) || isCorruption(error.cause)) throw error.cause;
        end = error.index;
        stop = { at: end, failure: failureAt(batch, error) };
      }
    }
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

interface Stop {
  /** Index in the batch. */
  readonly at: number;
  readonly failure: Failure;
}

const NOTHING_UNREADABLE: ReadonlyMap<number, Error> = new Map();

const decode = (recorded: readonly RecordedEvent[]): DecodedBatch => {
  let unreadable: Map<number, Error> | undefined;
  const events = recorded.map((event, index) => {
    try {
      return upcast(event);
    } catch (error) {
      (unreadable ??= new Map<number, Error>()).set(index, error as Error);
      return event;
    }
  });
  return { events, unreadable: unreadable ?? NOTHING_UNREADABLE };
};

const positionBefore = ({ events }: DecodedBatch, index: number, start: bigint): bigint =>
  events[index - 1]?.position ?? start;

const countUpTo = (events: readonly RecordedEvent[], position: bigint): number => {
  const after = events.findIndex((event) => event.position > position);
  return after < 0 ? events.length : after;
};

const failureAt = ({ events }: DecodedBatch, { index, message }: EventRefused): Failure => {
  const { position, type } = events[index] as RecordedEvent;
  return { position, eventType: type, message };
};
