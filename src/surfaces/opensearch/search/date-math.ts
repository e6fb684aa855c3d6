import { parsing } from '../refusal.js';

/** First and last millisecond of what a text spells out: `2026` is a year, `now` one moment. */
export interface Instants {
  readonly first: number;
  readonly last: number;
}

const UNITS = ['y', 'M', 'w', 'd', 'h', 'm', 's'] as const;
type Unit = (typeof UNITS)[number];

const MS: Readonly<Record<'w' | 'd' | 'h' | 'm' | 's', number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
};

/** A month later than 31 January is the last day of February. */
const addMonths = (time: number, months: number): number => {
  const date = new Date(time);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime();
};

const add = (time: number, count: number, unit: Unit): number => {
  if (unit === 'y') return addMonths(time, 12 * count);
  return unit === 'M' ? addMonths(time, count) : time + count * MS[unit];
};

/** The unit that a time lies in begins there; weeks begin on Mondays. */
const floor = (time: number, unit: Unit): number => {
  const date = new Date(time);
  if (unit === 'y') return Date.UTC(date.getUTCFullYear(), 0);
  if (unit === 'M') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  if (unit !== 'w') return time - (((time % MS[unit]) + MS[unit]) % MS[unit]);
  const day = floor(time, 'd');
  return day - ((new Date(day).getUTCDay() + 6) % 7) * MS.d;
};

const ISO =
  /^(?<year>\d{4})(?:-(?<month>\d\d)(?:-(?<day>\d\d)(?:T(?<hour>\d\d)(?::(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?)?(?<zone>Z|[+-]\d\d:?\d\d)?)?)?)?$/;

const PRECISIONS = [
  ['second', 's'],
  ['minute', 'm'],
  ['hour', 'h'],
  ['day', 'd'],
  ['month', 'M'],
] as const;

const MINUTES_IN_ZONE = /^(?<sign>[+-])(?<hours>\d\d):?(?<minutes>\d\d)$/;

const zoneMs = (zone: string): number => {
  const { sign, hours, minutes } = MINUTES_IN_ZONE.exec(zone)?.groups ?? {};
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * MS.h + Number(minutes) * MS.m);
};

/** An ISO 8601 date or date-time, as much of it as was sent; `undefined`: it is none. */
const isoInstants = (text: string): Instants | undefined => {
  const found = ISO.exec(text)?.groups;
  if (found === undefined) return undefined;
  const part = (name: string, fallback: number): number => Number(found[name] ?? fallback);
  const [year, month, day] = [part('year', 0), part('month', 1), part('day', 1)];
  const [hour, minute, second] = [part('hour', 0), part('minute', 0), part('second', 0)];
  const fraction = Math.trunc(Number(`0.${found['fraction'] ?? '0'}`) * 1_000);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const dayExists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!dayExists || hour > 23 || minute > 59 || second > 59) return undefined;
  date.setUTCHours(hour, minute, second, fraction);
  const first = date.getTime() - zoneMs(found['zone'] ?? 'Z');
  if (found['fraction'] !== undefined) return { first, last: first };
  const unit = PRECISIONS.find(([name]) => found[name] !== undefined)?.[1] ?? 'y';
  return { first, last: add(first, 1, unit) - 1 };
};

const STEP = /(?<sign>[+-])(?<count>\d{0,6})(?<unit>[yMwdhHms])|\/(?<round>[yMwdhHms])/y;

const unitOf = (letter: string): Unit => (letter === 'H' ? 'h' : (letter as Unit));

/** `+1d`, `-2h`, `/M` one after the other; `undefined`: there is something else among them. */
const applyMath = (start: Instants, math: string): Instants | undefined => {
  let { first, last } = start;
  let at = 0;
  while (at < math.length) {
    STEP.lastIndex = at;
    const step = STEP.exec(math);
    if (step?.groups === undefined) return undefined;
    at += step[0].length;
    const { sign, count = '', unit, round } = step.groups;
    if (round !== undefined) {
      first = floor(first, unitOf(round));
      last = add(floor(last, unitOf(round)), 1, unitOf(round)) - 1;
    } else if (unit !== undefined) {
      const difference = (sign === '-' ? -1 : 1) * (count === '' ? 1 : Number(count));
      first = add(first, difference, unitOf(unit));
      last = add(last, difference, unitOf(unit));
    }
  }
  return { first, last };
};

const moment = (time: number): Instants => ({ first: time, last: time });

const understood = (text: string, now: Date): Instants | undefined => {
  // Four digits are a year.
  if (/^-?(?:\d{1,3}|\d{5,16})$/.test(text)) return moment(Number(text));
  if (text.startsWith('now')) return applyMath(moment(now.getTime()), text.slice('now'.length));
  const [anchor = '', math = '', ...more] = text.split('||');
  const start = more.length > 0 ? undefined : isoInstants(anchor);
  return start && applyMath(start, math);
};

/**
 * Epoch milliseconds, an ISO date, or date math on one of `now` and a date (`now-1d/d`, `2026-01-31||+1M`), in UTC.
 * @throws HttpProblem 400
 */
export const instantsOf = (clause: string, name: string, text: string, now: Date): Instants => {
  const found = understood(text, now);
  if (found === undefined || !Number.isFinite(found.first) || !Number.isFinite(found.last))
    throw parsing(
      `[${clause}] failed to parse date field [${text}] of [${name}]: epoch milliseconds, an ISO date or date math is needed`,
    );
  return found;
};
