const RFC_3339 =
  /^(?<date>\d{4}-\d\d-\d\d)[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(?<fraction>\d{1,9}))?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** A point in time in epoch milliseconds; one between two milliseconds is told by both. */
export interface Instant {
  readonly floor: number;
  readonly ceil: number;
}

/** RFC 3339 with an offset or `Z`; `undefined` for anything else, days that no month has included. */
export const parseInstant = (text: string): Instant | undefined => {
  const { date, fraction = '' } = RFC_3339.exec(text)?.groups ?? {};
  if (date === undefined || !dayExists(date)) return undefined;
  const floor = Date.parse(text.toUpperCase().replace(/\.\d+/, `.${fraction.slice(0, 3).padEnd(3, '0')}`));
  return { floor, ceil: /[1-9]/.test(fraction.slice(3)) ? floor + 1 : floor };
};

// The engine takes 30 February for 2 March.
const dayExists = (date: string): boolean => {
  const midnight = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
};
