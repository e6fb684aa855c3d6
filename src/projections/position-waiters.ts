import { ReadModelBehind } from './projection.js';

interface Waiter {
  readonly position: bigint;
  readonly projections: readonly string[] | undefined;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** How a waiter stands: passed, not yet, or never because a projection it needs has stopped. */
export type Standing = 'passed' | 'behind' | Error;
export type Judge = (position: bigint, projections: readonly string[] | undefined) => Standing;

/** Those who wait until the read models have passed a position; looked at after every commit, never in between. */
export class PositionWaiters {
  private waiting = new Set<Waiter>();

  constructor(private readonly judge: Judge) {}

  wait(position: bigint, timeoutMs: number, projections: readonly string[] | undefined): Promise<void> {
    const standing = this.judge(position, projections);
    if (standing === 'passed') return Promise.resolve();
    if (standing !== 'behind') return Promise.reject(standing);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(waiter);
        reject(new ReadModelBehind(position));
      }, timeoutMs);
      const waiter: Waiter = { position, projections, resolve, reject, timer };
      this.waiting.add(waiter);
    });
  }

  check(): void {
    for (const waiter of this.waiting) {
      const standing = this.judge(waiter.position, waiter.projections);
      if (standing === 'behind') continue;
      this.settle(waiter);
      if (standing === 'passed') waiter.resolve();
      else waiter.reject(standing);
    }
  }

  /** Nothing will move any more. */
  giveUp(): void {
    for (const waiter of this.waiting) {
      this.settle(waiter);
      waiter.reject(new ReadModelBehind(waiter.position));
    }
  }

  private settle(waiter: Waiter): void {
    clearTimeout(waiter.timer);
    this.waiting.delete(waiter);
  }
}
