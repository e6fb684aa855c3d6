import { setTimeout } from 'node:timers/promises';

const FIRST_MS = 50;
/** Short, since those who have written wait for what they wrote when the log is back. */
const LONGEST_MS = 2_000;

/** Doubles from attempt to attempt up to a bound; the jitter keeps replicas from coming back all at once. */
export const retryDelay = (attempt: number): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 20)) * (0.5 + Math.random() / 2);

/** Ends early, without an error, when `signal` aborts. */
export const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
};
