import { describe, expect, it } from '@jest/globals';
import { HttpProblem } from './problem.js';
import {
  parseCorrelationId,
  parseIdempotencyKey,
  parseIfMatch,
  parseMinPosition,
  parseReason,
  parseTraceparent,
  traceIdOf,
} from './request-headers.js';

type Parser = (value: string | string[] | undefined) => unknown;

const header = (
  name: string,
  parse: Parser,
  good: readonly (readonly [string, unknown])[],
  bad: readonly string[],
) => {
  describe(name, () => {
    it('may be absent', () => expect(parse(undefined)).toBeUndefined());

    it.each(good)('takes %j', (value, parsed) => {
      expect(parse(value)).toStrictEqual(parsed);
    });

    it.each(bad)('refuses %j', (value) => {
      const attempt = (): unknown => parse(value);
      expect(attempt).toThrow(HttpProblem);
      expect(attempt).toThrow(
        expect.objectContaining({
          status: 422,
          code: 'invalid-header',
          options: { errors: [expect.objectContaining({ location: ['header', name], input: value })] },
        }),
      );
    });
  });
};

header(
  'If-Match',
  parseIfMatch,
  [
    ['"0"', 0n],
    ['"7"', 7n],
    ['"123456789012345678"', 123456789012345678n],
    ['*', 'exists'],
  ],
  ['', '7', '"', '""', '"-1"', '"07"', '"a"', 'W/"7"', '"7", "8"', '"1234567890123456789"', "'7'"],
);

header(
  'Idempotency-Key',
  parseIdempotencyKey,
  [
    ['k', 'k'],
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['a "quoted" key ~', 'a "quoted" key ~'],
    ['k'.repeat(255), 'k'.repeat(255)],
  ],
  ['', 'k'.repeat(256), 'schlüssel', 'a\tb'],
);

header(
  'X-Correlation-Id',
  parseCorrelationId,
  [
    ['order 66', 'order 66'],
    ['c'.repeat(128), 'c'.repeat(128)],
  ],
  ['', 'c'.repeat(129), 'é'],
);

header(
  'X-Min-Position',
  parseMinPosition,
  [
    ['0', 0n],
    ['004711', 4711n],
    ['123456789012345678', 123456789012345678n],
  ],
  ['', '-1', '1.5', '0x10', '1e3', '1, 2', '1234567890123456789'],
);

header(
  'X-Change-Reason',
  parseReason,
  [
    ['', undefined],
    ['audit finding 12', 'audit finding 12'],
    ['Pr%C3%BCfung%20%F0%9F%91%8D', 'Prüfung 👍'],
    ['first%0Asecond%09third', 'first\nsecond\tthird'],
    ['%F0%9F%91%8D'.repeat(1_000), '👍'.repeat(1_000)],
  ],
  ['%', '%zz', '%C3', 'Prüfung', '%00', '%1b[31m', 'a%0Db', 'x'.repeat(1_001)],
);

describe('traceparent', () => {
  const sent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  it('is taken as it was sent, and names the trace', () => {
    expect(parseTraceparent(sent)).toBe(sent);
    expect(traceIdOf(parseTraceparent(sent))).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  it('is taken from a later version as far as this one reaches', () => {
    expect(parseTraceparent(`cc${sent.slice(2)}-what-comes-later`)).toBe(`cc${sent.slice(2)}`);
  });

  it.each([
    undefined,
    '',
    `${sent}-more`,
    `ff${sent.slice(2)}`,
    sent.toUpperCase(),
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
    sent.slice(0, -1),
  ])('is dropped when it is %p: tracing stops no request', (value) => {
    expect(parseTraceparent(value)).toBeUndefined();
  });
});
