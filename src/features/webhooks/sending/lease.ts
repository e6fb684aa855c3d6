/** How long the right to send lasts without a sign of life in the log. */
export const LEASE_MS = 30_000;
/** While it is used it is renewed this often. */
export const RENEW_MS = 10_000;
/** The holder stops so much earlier than others take over: what it has sent by then has arrived. */
const MARGIN_MS = 5_000;

/**
 * The holder's side of the right to send. No two clocks are compared: the holder counts from before it asked the log for
 * the lease, all others from when they saw the log's answer, each by its own clock, so the holder is always the first to
 * think that it is over.
 */
export class Lease {
  private monotonic = 0;
  private wall = 0;

  constructor(
    readonly term: number,
    /** The log has one process at a time, and so has the lease: it does not run out. */
    readonly exclusive: boolean,
  ) {}

  /** A process that was frozen, or whose machine was: one of the two clocks has gone on. */
  get heldMs(): number {
    return Math.max(performance.now() - this.monotonic, Date.now() - this.wall);
  }

  get isValid(): boolean {
    return this.exclusive || this.heldMs < LEASE_MS - MARGIN_MS;
  }

  get isToRenew(): boolean {
    return !this.exclusive && this.heldMs >= RENEW_MS;
  }

  /** The log said yes to what was asked at `since`. */
  renewed(since: Instant): void {
    this.monotonic = since.monotonic;
    this.wall = since.wall;
  }
}

export interface Instant {
  readonly monotonic: number;
  readonly wall: number;
}

export const thisInstant = (): Instant => ({ monotonic: performance.now(), wall: Date.now() });
