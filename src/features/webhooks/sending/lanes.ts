import type { Lane } from '../../../domain/webhook/webhook.events.js';
import type { RecordedEvent } from '../../../event-store/event-store.js';

/** Entities that are behind at the same time, at most: one more, and nothing further is taken from the log. */
export const MOST_LANES = 256;
/** Events of an entity that wait in memory; what comes after them is read again when it is their turn. */
const KNOWN = 4;

/** One entity whose next event is being sent, failed, or waits for a connection. */
export interface LiveLane {
  readonly key: string;
  readonly entity: string;
  readonly again: boolean;
  /** Of the event to send next. */
  revision: bigint;
  /** Of that event; of the one before it while it isn't known yet. */
  position: bigint;
  failures: number;
  /** Milliseconds since 1970; 0: at once. */
  dueAt: number;
  /** Tried again before it was due, because others got through: when it was due. */
  early: number | null;
  /** The first of its events, those that fit the filter. */
  known: RecordedEvent[];
  /** `known` is all that there is of it, as far as the log was looked at. */
  complete: boolean;
  /** One came that is not among the known. */
  missed: boolean;
}

const keyOf = (entity: string, revision: bigint, again: boolean): string =>
  again ? `again ${revision} ${entity}` : entity;

/**
 * The entities that are behind the rest. In one of them one event is sent at a time, so its order is kept; what fails holds
 * up its own entity and no other. An entity that has caught up has no lane.
 */
export class Lanes {
  private readonly all = new Map<string, LiveLane>();
  private readonly ready: LiveLane[] = [];
  private readonly waiting = new Set<LiveLane>();

  constructor(recorded: readonly Lane[]) {
    for (const { entity, revision, position, failures, nextAttemptAt, again } of recorded) {
      const dueAt = nextAttemptAt === null ? 0 : Date.parse(nextAttemptAt);
      const lane = this.open(entity, BigInt(revision), BigInt(position), again);
      Object.assign(lane, { failures, dueAt });
      this.wait(lane);
    }
  }

  get isFull(): boolean {
    return this.all.size >= MOST_LANES;
  }

  get hasReady(): boolean {
    return this.ready.length > 0;
  }

  sendsAgain({ stream, revision }: RecordedEvent): boolean {
    return this.all.has(keyOf(stream, revision, true));
  }

  /** The next event that fits, in log order. */
  offer(event: RecordedEvent): void {
    const { stream, revision, position } = event;
    const lane = this.all.get(stream);
    if (lane === undefined) {
      const opened = this.open(stream, revision, position, false);
      opened.known.push(event);
      opened.complete = true;
      this.ready.push(opened);
    } else if (lane.complete && lane.known.length < KNOWN) lane.known.push(event);
    else {
      lane.complete = false;
      lane.missed = true;
    }
  }

  /** One event that is sent once more, whatever else there is of its entity. */
  sendAgain(event: RecordedEvent): void {
    const lane = this.open(event.stream, event.revision, event.position, true);
    lane.known.push(event);
    lane.complete = true;
    this.ready.push(lane);
  }

  take(): LiveLane | undefined {
    return this.ready.shift();
  }

  putBack(lane: LiveLane): void {
    this.ready.push(lane);
  }

  /** Until it is due. Its events are read again then. */
  wait(lane: LiveLane): void {
    lane.known = [];
    lane.complete = false;
    this.waiting.add(lane);
  }

  close(lane: LiveLane): void {
    this.all.delete(lane.key);
  }

  /** Those that are due become ready. */
  wake(now: number): void {
    for (const lane of this.waiting) {
      if (lane.dueAt > now) continue;
      this.waiting.delete(lane);
      this.ready.push(lane);
    }
  }

  /** Milliseconds since 1970; `Infinity`: none waits. */
  nextDue(): number {
    let next = Infinity;
    for (const { dueAt } of this.waiting) next = Math.min(next, dueAt);
    return next;
  }

  /** Others get through again: those that wait are tried early, spread over `withinMs`. */
  hurry(now: number, withinMs: number): void {
    for (const lane of this.waiting) {
      const soon = now + Math.random() * withinMs;
      if (lane.failures === 0 || lane.dueAt <= soon) continue;
      lane.early ??= lane.dueAt;
      lane.dueAt = soon;
    }
  }

  recorded(): readonly Lane[] {
    return [...this.all.values()].map(({ entity, revision, position, failures, dueAt, early, again }) => {
      const due = early ?? dueAt;
      return {
        entity,
        revision: `${revision}`,
        position: `${position}`,
        failures,
        nextAttemptAt: due === 0 ? null : new Date(due).toISOString(),
        again,
      };
    });
  }

  private open(entity: string, revision: bigint, position: bigint, again: boolean): LiveLane {
    const key = keyOf(entity, revision, again);
    const lane: LiveLane = {
      key,
      entity,
      again,
      revision,
      position,
      failures: 0,
      dueAt: 0,
      early: null,
      known: [],
      complete: false,
      missed: false,
    };
    this.all.set(key, lane);
    return lane;
  }
}
