import { describe, expect, it } from '@jest/globals';
import { addPeriod, isWithinCalendar, latestPeriodEnd } from './calendar.js';

describe('an instant one period later', () => {
  it.each([
    ['2026-01-31T10:00:00.000Z', 'P1M', '2026-02-28T10:00:00.000Z'],
    ['2026-02-28T10:00:00.000Z', 'P1M', '2026-03-28T10:00:00.000Z'],
    ['2024-02-29T00:00:00.000Z', 'P1Y', '2025-02-28T00:00:00.000Z'],
    ['2024-01-31T00:00:00.000Z', 'P1M1D', '2024-03-01T00:00:00.000Z'],
    ['2026-01-30T23:30:00.000Z', 'P1MT30M', '2026-03-01T00:00:00.000Z'],
    ['2026-01-01T00:00:00.000Z', 'P1W', '2026-01-08T00:00:00.000Z'],
    ['2026-01-01T00:00:00.000Z', 'P1Y2M3W4DT5H6M7S', '2027-03-26T05:06:07.000Z'],
    ['2026-12-31T23:59:59.999Z', 'PT1S', '2027-01-01T00:00:00.999Z'],
    // No hour is missing in UTC, whatever clocks are put forward elsewhere.
    ['2026-03-29T00:30:00.000Z', 'PT24H', '2026-03-30T00:30:00.000Z'],
    ['2026-01-01T00:00:00.000Z', 'PT0060M', '2026-01-01T01:00:00.000Z'],
  ])('%s + %s = %s', (instant, period, due) => expect(addPeriod(instant, period)).toBe(due));

  it.each([
    ['P7973Y', true],
    ['P7974Y', false],
    ['P999999999999Y', false],
    ['PT99999999999999999999S', false],
  ])('%s from 2026 is within the calendar: %s', (period, within) =>
    expect(isWithinCalendar('2026-05-05T00:00:00.000Z', period)).toBe(within),
  );
});

describe('the latest of many periods in a row', () => {
  const START = '2026-01-31T10:00:00.000Z';
  it.each([
    ['P1D', '2026-02-01T10:00:00.000Z', '2026-02-01T10:00:00.000Z'],
    ['P1D', '2026-02-03T09:59:59.999Z', '2026-02-02T10:00:00.000Z'],
    ['P1D', '2026-02-03T10:00:00.000Z', '2026-02-03T10:00:00.000Z'],
    ['P1W', '2026-01-01T00:00:00.000Z', '2026-02-07T10:00:00.000Z'],
    // Each month is counted from the day that the one before ended on.
    ['P1M', '2026-04-01T00:00:00.000Z', '2026-03-28T10:00:00.000Z'],
    ['P1Y', '2029-01-31T09:00:00.000Z', '2028-01-31T10:00:00.000Z'],
    ['PT1M', '2026-01-31T10:59:30.000Z', '2026-01-31T10:59:00.000Z'],
    ['P0MT1S', '2126-01-31T10:00:00.500Z', '2126-01-31T10:00:00.000Z'],
  ])('of %s by %s ends %s', (period, until, latest) =>
    expect(latestPeriodEnd(START, period, Date.parse(until))).toBe(latest),
  );
});
