/** Longest text taken for a period, so that a policy can't carry a page of digits. */
export const MAX_PERIOD_LENGTH = 100;

const PERIOD =
  /^P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/**
 * Whether `text` is a period as policies take them: an ISO 8601 duration `P[nY][nM][nW][nD][T[nH][nM][nS]]` in whole
 * numbers and capital letters, longer than nothing. How long it is depends on the day it starts: see the calendar.
 */
export const isPeriod = (text: string): boolean => {
  if (text.length > MAX_PERIOD_LENGTH) return false;
  const parts = PERIOD.exec(text)?.slice(1);
  return parts !== undefined && parts.some((part) => part !== undefined && /[1-9]/.test(part));
};

/**
 * The instant one period after another (both RFC 3339, UTC, milliseconds). Rules that speak of due times are given it,
 * because the calendar is not theirs.
 */
export type AddPeriod = (instant: string, period: string) => string;
