import { describe, expect, it } from '@jest/globals';
import { isPeriod } from './durations.js';

describe('a period', () => {
  it.each(['P1D', 'P1Y2M3W4DT5H6M7S', 'PT1S', 'P3W', 'P0DT1H', 'PT036H', 'P1M', 'PT1M'])(
    'may be %s',
    (text) => expect(isPeriod(text)).toBe(true),
  );

  it.each([
    '',
    'P',
    'PT',
    'P1DT',
    'P0D',
    'PT0S',
    'P0Y0M',
    'p1d',
    'P1d',
    '-P1D',
    'P-1D',
    '+P1D',
    'P1.5D',
    'PT1,5H',
    'P1D1Y',
    'PT1D',
    'P1H',
    '1D',
    'one day',
    'P1D\n',
    ' P1D',
    'P1D2H',
    'P٣D',
    `P${'9'.repeat(100)}D`,
  ])('may not be %j', (text) => expect(isPeriod(text)).toBe(false));
});
