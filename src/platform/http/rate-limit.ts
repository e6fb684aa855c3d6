import type { Principal } from '../auth/principal.js';
import { HttpProblem } from './problem.js';

const MINUTE_MS = 60_000;

/** Counts requests per principal in whole minutes of the clock; `perMinute` 0 counts nothing. */
export class RateLimit {
  private readonly counts = new Map<string, number>();
  private minute = 0;

  constructor(private readonly perMinute: number) {}

  /** @throws HttpProblem 429 that says when the minute is over */
  count({ kind, userId }: Principal, now: Date): void {
    if (this.perMinute === 0) return;
    const minute = Math.floor(now.getTime() / MINUTE_MS);
    if (minute !== this.minute) {
      this.minute = minute;
      this.counts.clear();
    }
    const who = `${kind} ${userId ?? ''}`;
    const count = (this.counts.get(who) ?? 0) + 1;
    this.counts.set(who, count);
    if (count <= this.perMinute) return;
    const seconds = Math.ceil((MINUTE_MS - (now.getTime() % MINUTE_MS)) / 1_000);
    throw new HttpProblem(429, 'rate-limited', `More than ${this.perMinute} requests in a minute`, {
      headers: { 'retry-after': String(seconds) },
    });
  }
}
