import { parsing } from '../refusal.js';

/**
 * How many of so many optional clauses must hold: a number, all but a number (`-1`), or a share of them (`75%`, `-25%`).
 * `undefined`: nothing was said. @throws HttpProblem 400
 */
export const leastOf = (clause: string, sent: unknown, count: number): number | undefined => {
  if (sent === undefined) return undefined;
  const text = typeof sent === 'number' || typeof sent === 'string' ? String(sent).trim() : '';
  const [, number, percent] = /^(-?\d{1,4})(%?)$/.exec(text) ?? [];
  if (number === undefined)
    throw parsing(`[${clause}] failed to parse [minimum_should_match]: a number or a percentage is needed`);
  const value = percent === '%' ? Math.trunc((count * Number(number)) / 100) : Number(number);
  return Math.max(0, number.startsWith('-') ? count + value : value);
};
