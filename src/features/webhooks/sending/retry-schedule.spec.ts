import { describe, expect, it } from '@jest/globals';
import { MOST_FAILURES, parseRetryAfter, retryDelay } from './retry-schedule.js';

const HOUR = 3_600_000;
const least = () => 0;
const most = () => 1;

describe('when a delivery is tried again', () => {
  it('later each time, over more than three days, and then never', () => {
    const delays = Array.from({ length: MOST_FAILURES }, (_, i) => retryDelay(i + 1, null, least));
    expect(delays).toEqual([
      5_000,
      300_000,
      1_800_000,
      ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR),
      null,
    ]);
    expect(delays.reduce<number>((sum, delay) => sum + (delay ?? 0), 0)).toBeGreaterThan(3 * 24 * HOUR);
  });

  it('each of them a fifth longer at most, by chance', () => {
    expect(retryDelay(4, null, most)).toBe(2.4 * HOUR);
  });

  it.each([
    ['not before the receiver wants it', 1, 60_000, 60_000],
    ['not earlier, whatever it wants', 4, 1_000, 2 * HOUR],
    ['not later than a day, whatever it wants', 1, 1000 * HOUR, 24 * HOUR],
  ])('%s', (_, failures, asked, expected) => {
    expect(retryDelay(failures, asked, least)).toBe(expected);
  });

  it('a wish of the receiver makes no dead letter live', () => {
    expect(retryDelay(MOST_FAILURES, 1_000)).toBeNull();
  });

  it.each([
    [undefined, null],
    ['120', 120_000],
    ['0', null],
    ['-5', null],
    ['soon', null],
    ['Tue, 05 May 2026 05:06:05 GMT', 60_000],
    ['Tue, 05 May 2026 05:04:05 GMT', null],
    ['99999999999999', null],
  ])('Retry-After: %s', (header, expected) => {
    expect(parseRetryAfter(header, new Date('2026-05-05T05:05:05.000Z'))).toBe(expected);
  });
});
