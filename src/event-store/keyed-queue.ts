import { EventStoreUnavailable } from './event-store.js';

/** Tasks of one key that may run or wait. */
export const MAX_IN_LINE = 1_000;
/** A task whose turn comes later than this is not run: whoever asked for it may have given up. */
export const MAX_WAIT_MS = 2_000;

interface Line {
  tail: Promise<unknown>;
  length: number;
  /** Tasks that ever came, and how many of them had come when one found the log away. */
  arrivals: number;
  givenUp: number;
}

/**
 * Runs tasks of one key one after the other, in order of arrival; tasks of different keys run side by side. When the log
 * hangs the lines stay bounded: a task that finds too many before it, or whose turn comes too late, fails unrun. So do all
 * that wait when the one before them finds the log away: each would take as long as that one to find the same.
 */
export class KeyedQueue {
  private readonly lines = new Map<string, Line>();

  /** `now` counts milliseconds, from anywhere. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Keys with a task that runs or waits. */
  get size(): number {
    return this.lines.size;
  }

  /** @throws {@link EventStoreUnavailable} when the task was not run, else what the task throws */
  async run<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    const line = this.lines.get(key) ?? { tail: Promise.resolve(), length: 0, arrivals: 0, givenUp: 0 };
    if (line.length >= MAX_IN_LINE) throw new EventStoreUnavailable(`too many commands wait for ${key}`);
    this.lines.set(key, line);
    line.length++;
    const arrived = this.now();
    const number = ++line.arrivals;
    const turn = line.tail.then(() => {
      if (number <= line.givenUp) {
        throw new EventStoreUnavailable(`the event log was away for the command before this one for ${key}`);
      }
      if (this.now() - arrived > MAX_WAIT_MS) {
        throw new EventStoreUnavailable(`a command waited more than ${MAX_WAIT_MS} ms for ${key}`);
      }
      return task().catch((error: unknown) => {
        if (error instanceof EventStoreUnavailable) line.givenUp = line.arrivals;
        throw error;
      });
    });
    const done = (): void => {
      if (--line.length === 0) this.lines.delete(key);
    };
    line.tail = turn.then(done, done);
    return turn;
  }
}
