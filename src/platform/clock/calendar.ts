import { Temporal } from 'temporal-polyfill';

/** Periods of policies lead no further; beyond it times are written differently. */
const LAST_YEAR = 9999;

const after = (instant: string, period: string): Temporal.ZonedDateTime =>
  Temporal.Instant.from(instant).toZonedDateTimeISO('UTC').add(period, { overflow: 'constrain' });

/**
 * The instant one ISO 8601 period after another (RFC 3339, UTC, milliseconds), by the calendar in UTC: years and months
 * first, the day drawn back to the last one of the month, then weeks and days, then hours, minutes and seconds.
 */
export const addPeriod = (instant: string, period: string): string =>
  after(instant, period).toInstant().toString({ fractionalSecondDigits: 3 });

/** In UTC only years and months depend on where they are counted from. */
const isOfOneLength = (period: string): boolean => !/[1-9]\d*[YM]/.test(period.split('T', 1)[0] ?? '');

/**
 * Of the instants that follow `instant` one period after the other, the latest that has come by `until` (milliseconds);
 * the first of them when none has.
 */
export const latestPeriodEnd = (instant: string, period: string, until: number): string => {
  let latest = addPeriod(instant, period);
  if (isOfOneLength(period)) {
    // At once: there may be millions of them.
    const first = Date.parse(latest);
    const length = first - Date.parse(instant);
    return new Date(first + Math.max(0, Math.floor((until - first) / length)) * length).toISOString();
  }
  for (let next = latest; Date.parse(next) <= until; next = addPeriod(next, period)) latest = next;
  return latest;
};

/** Whether the period, counted from this instant, ends within the years that can be written. */
export const isWithinCalendar = (instant: string, period: string): boolean => {
  try {
    return after(instant, period).year <= LAST_YEAR;
  } catch (error) {
    // Thrown for what lies beyond the calendar itself.
    if ((error as { name?: unknown } | null)?.name === 'RangeError') return false;
    throw error;
  }
};
