import { HttpProblem } from '../../platform/http/problem.js';
import { parseInstant } from './validation/instant.js';

/** The clocks of two machines never agree wholly. */
const TOLERANCE_MS = 5_000;

const refuse = (message: string): never => {
  throw new HttpProblem(422, 'invalid-request', 'The request does not fit: see errors', {
    errors: [{ location: ['query', 'asOf'], message }],
  });
};

/** A log position or a time; `null` when none was asked for. */
export const parseAsOf = (
  text: string | undefined,
  now: Date,
): { readonly position: bigint } | { readonly time: string } | null => {
  if (text === undefined) return null;
  if (/^\d{1,18}$/.test(text)) return { position: BigInt(text) };
  const instant = parseInstant(text);
  if (instant === undefined)
    return refuse('must be a log position or an RFC 3339 time such as 2026-01-31T09:30:00.000Z');
  if (instant.floor > now.getTime() + TOLERANCE_MS) return refuse('lies in the future');
  return { time: new Date(instant.floor).toISOString() };
};
