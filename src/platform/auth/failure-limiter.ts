import { LruMap } from '../../event-store/lru-map.js';
import { TooManyFailures } from './authenticator.js';

const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 10_000;

interface Window {
  readonly endsAt: number;
  failures: number;
}

/**
 * Counts wrong keys per address. Only wrong ones are counted and turned away: behind a proxy all callers share one
 * address, and a right key must go on working there whatever the neighbours send.
 */
export class FailureLimiter {
  private readonly windows = new LruMap<string, Window>(MAX_ADDRESSES);

  constructor(private readonly perMinute: number) {}

  /**
   * @param now milliseconds
   * @throws TooManyFailures when this failure is one too many
   */
  record(address: string, now: number): void {
    let window = this.windows.get(address);
    if (window === undefined || now >= window.endsAt || window.endsAt - now > WINDOW_MS) {
      window = { endsAt: now + WINDOW_MS, failures: 0 };
      this.windows.set(address, window);
    }
    window.failures++;
    if (window.failures > this.perMinute)
      throw new TooManyFailures(Math.max(1, Math.ceil((window.endsAt - now) / 1000)));
  }
}
