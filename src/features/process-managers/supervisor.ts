import { CommitSignal } from '../../event-store/commit-signal.js';
import type { Clock } from '../../platform/clock/clock.js';
import type { Logger } from '../../platform/logging/logger.js';
import type { ReadModels } from '../../projections/projection.js';
import type { Task, ToDoList } from './to-do-list.js';

/** The clock may be set: nobody sleeps longer than this without looking at it again. */
const LONGEST_SLEEP_MS = 1_000;
/** Tasks done side by side. */
const AT_ONCE = 16;
/** A task that fails is tried again after this long, twice as long each time. */
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 60_000;

interface Failure {
  readonly failures: number;
  /** By a clock that is never set. */
  readonly notBefore: number;
}

/**
 * Does what a to-do list says whenever its read models have moved or something comes due. A task that fails waits and is
 * tried again; the others go on.
 */
export class Supervisor {
  private readonly failed = new Map<string, Failure>();
  private readonly moved = new CommitSignal();
  private readonly ending = new AbortController();
  private finished: Promise<void> = Promise.resolve();

  constructor(
    private readonly list: ToDoList,
    private readonly readModels: ReadModels,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.finished = this.work();
  }

  /** Resolves when the tasks under way are done. */
  stop(): Promise<void> {
    this.ending.abort();
    return this.finished;
  }

  private async work(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      const seen = this.position();
      try {
        await this.round();
      } catch (error) {
        this.logger.error({ list: this.list.name, err: error }, 'a to-do list could not be read');
      }
      if (!signal.aborted) await this.sleep(seen);
    }
  }

  /** What is outdated would do no harm, but work: it waits until the read models have caught up. */
  private async round(): Promise<void> {
    if (!this.readModels.trustworthy(...this.list.projections)) return;
    const due = this.list.due(this.clock.now());
    this.forgetAllBut(due);
    const now = performance.now();
    const tasks = due.filter(({ key }) => (this.failed.get(key)?.notBefore ?? 0) <= now);
    for (let first = 0; first < tasks.length && !this.ending.signal.aborted; first += AT_ONCE)
      await Promise.all(tasks.slice(first, first + AT_ONCE).map((task) => this.attempt(task)));
  }

  /** What has failed here may be done elsewhere, or not be wanted any more: then there is nothing to wake up for. */
  private forgetAllBut(due: readonly Task[]): void {
    if (this.failed.size === 0) return;
    const keys = new Set(due.map(({ key }) => key));
    for (const key of this.failed.keys()) if (!keys.has(key)) this.failed.delete(key);
  }

  private async attempt(task: Task): Promise<void> {
    const { key } = task;
    try {
      await task.run();
      this.failed.delete(key);
    } catch (error) {
      const failures = (this.failed.get(key)?.failures ?? 0) + 1;
      const delay = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS);
      this.failed.set(key, { failures, notBefore: performance.now() + delay });
      this.logger.warn(
        { list: this.list.name, task: key, failures, err: error },
        'a task failed and is tried again',
      );
    }
  }

  /** Until the read models move on from what was seen, something comes due or the longest sleep is over. */
  private async sleep(seen: bigint): Promise<void> {
    const timeoutMs = this.untilNextDue();
    const { projections } = this.list;
    // One that has stopped says so at once, again and again: that is nothing to wake up for.
    this.readModels.waitFor(seen + 1n, { timeoutMs, projections }).then(
      () => this.moved.notify(),
      () => undefined,
    );
    await this.moved.next(this.ending.signal, timeoutMs);
  }

  private untilNextDue(): number {
    const now = this.clock.now();
    const retries = [...this.failed.values()].map(({ notBefore }) => notBefore - performance.now());
    const next = this.list.nextDue?.(now) ?? null;
    const due = next === null ? LONGEST_SLEEP_MS : next.getTime() - now.getTime();
    return Math.max(1, Math.min(LONGEST_SLEEP_MS, due, ...retries));
  }

  private position(): bigint {
    const positions = this.list.projections.map((name) => this.readModels.positionOf(name));
    return positions.reduce((least, position) => (position < least ? position : least));
  }
}
