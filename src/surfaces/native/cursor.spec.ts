import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HttpProblem } from '../../platform/http/problem.js';
import { toCursor, toPageMark } from './cursor.js';

const position = fc.bigInt({ min: 0n, max: 10n ** 18n - 1n });
const scope = fc.array(fc.oneof(fc.string(), fc.constant(null), fc.record({ actor: fc.string() })), {
  maxLength: 3,
});

describe('a cursor', () => {
  it('leads back to its page, within its list and filters only', () =>
    fc.assert(
      fc.property(position, position, scope, scope, (after, upTo, mine, other) => {
        const cursor = toCursor({ after, upTo }, mine);
        expect(cursor).toMatch(/^[\w-]+$/);
        expect(toPageMark(cursor, mine)).toEqual({ after, upTo });
        if (JSON.stringify(mine) !== JSON.stringify(other))
          expect(() => toPageMark(cursor, other)).toThrow(HttpProblem);
      }),
    ));

  it('is refused in any other spelling', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), position, (text, after) => {
        expect(() => toPageMark(text, [])).toThrow(HttpProblem);
        const cursor = toCursor({ after, upTo: after }, []);
        for (const spelling of [`${cursor}=`, ` ${cursor}`, `${cursor}AA`, cursor.slice(0, -1)])
          expect(() => toPageMark(spelling, [])).toThrow(HttpProblem);
      }),
    ));

  it('is not needed for the first page', () => {
    expect(toPageMark(undefined, [])).toBeNull();
  });
});
