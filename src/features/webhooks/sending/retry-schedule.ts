const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After the first, second … failure: the schedule that Standard Webhooks gives, over three days. */
const DELAYS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;
/** Each delay is up to so much longer, by chance: what failed together must not come back together. */
const JITTER = 0.2;
/** However long a receiver asks us to wait. */
export const LONGEST_RETRY_AFTER_MS = 24 * HOUR;

/** How often an event is sent before it is a dead letter. */
export const MOST_FAILURES = DELAYS.length + 1;

/**
 * Milliseconds until the next try; `null`: there is none.
 * @param failures so far, the last one included
 * @param retryAfterMs what the receiver asked for: it can lengthen a delay, not shorten it
 */
export const retryDelay = (
  failures: number,
  retryAfterMs: number | null,
  random: () => number = Math.random,
): number | null => {
  const delay = DELAYS[failures - 1];
  if (delay === undefined) return null;
  const asked = Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
  return Math.max(delay * (1 + JITTER * random()), asked);
};

/** `Retry-After`: seconds or an HTTP date, in milliseconds from now; `null`: absent, malformed or past. */
export const parseRetryAfter = (header: string | undefined, now: Date): number | null => {
  if (header === undefined) return null;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * SECOND : Date.parse(header) - now.getTime();
  return ms > 0 ? ms : null;
};
