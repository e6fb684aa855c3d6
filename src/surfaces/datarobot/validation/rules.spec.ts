import { describe, expect, it } from '@jest/globals';
import type { FieldError } from '../../../platform/http/problem.js';
import { CHANGE_ACTIONS, REVIEW_STATUSES, WATCHED_PARTS } from '../dto/words.js';
import { once, values, wholeNumber } from './query-rules.js';
import { listOf, nullable, type Rule } from './rule.js';
import { flag, instant, looseFlag, oneOf, spelled, stringFlag, text } from './text-rules.js';

const REFUSED = Symbol('refused');
const read = (rule: Rule, value: unknown): unknown => {
  const faults: FieldError[] = [];
  const found = rule(value, [], faults);
  return faults.length > 0 ? REFUSED : found;
};

describe('a word in three spellings', () => {
  it.each([
    ['deploymentModel', 'deploymentModel'],
    ['DeploymentModel', 'deploymentModel'],
    ['DEPLOYMENT_MODEL', 'deploymentModel'],
    ['deploymentMonitoringData', 'deploymentMonitoringData'],
    ['DeploymentMonitoringData', 'deploymentMonitoringData'],
    ['DEPLOYMENT_MONITORING_DATA', 'deploymentMonitoringData'],
    ['Deployment', 'deployment'],
    ['DEPLOYMENT', 'deployment'],
  ])('%s is taken as %s', (sent, canonical) => {
    expect(read(spelled(WATCHED_PARTS), sent)).toBe(canonical);
  });

  it.each([
    'deploymentmodel',
    'DEPLOYMENTMODEL',
    'deployment_model',
    'Deployment_Model',
    'deployment-model',
    'dEPLOYMENT',
    ' deployment',
    'deployment ',
    '',
    null,
    1,
    ['deployment'],
    { toString: () => 'deployment' },
  ])('%j is refused', (sent) => {
    expect(read(spelled(WATCHED_PARTS), sent)).toBe(REFUSED);
  });

  it('goes for reviews and actions too', () => {
    expect(read(spelled(REVIEW_STATUSES), 'CHANGES_REQUESTED')).toBe('changesRequested');
    expect(read(spelled(CHANGE_ACTIONS), 'UPDATE_SECONDARY_DATASET_CONFIGS')).toBe(
      'updateSecondaryDatasetConfigs',
    );
    expect(read(spelled(CHANGE_ACTIONS), 'ReplaceRoles')).toBe('replaceRoles');
  });

  it('says what there is', () => {
    const faults: FieldError[] = [];
    spelled(REVIEW_STATUSES)('x', ['body', 'status'], faults);
    expect(faults).toEqual([
      { location: ['body', 'status'], message: 'must be one of approved, changesRequested, commented' },
    ]);
  });
});

it.each([
  ['HIGH', 'HIGH'],
  ['High', REFUSED],
  ['high', REFUSED],
  [null, REFUSED],
])('a word in one spelling: %j', (sent, expected) => {
  expect(read(oneOf(['HIGH', 'LOW']), sent)).toBe(expected);
});

describe('flags', () => {
  it.each([
    ['true', true],
    ['True', true],
    ['false', false],
    ['False', false],
    ['TRUE', REFUSED],
    ['FALSE', REFUSED],
    ['1', REFUSED],
    ['yes', REFUSED],
    ['', REFUSED],
    [true, REFUSED],
    [null, REFUSED],
  ])('as strings: %j', (sent, expected) => {
    expect(read(stringFlag, sent)).toBe(expected);
  });

  it.each([
    [true, true],
    ['False', false],
    [1, REFUSED],
    ['TRUE', REFUSED],
    [null, REFUSED],
  ])('as strings or JSON: %j', (sent, expected) => {
    expect(read(looseFlag, sent)).toBe(expected);
  });

  it.each([
    [true, true],
    [false, false],
    ['true', REFUSED],
    [1, REFUSED],
    [null, REFUSED],
  ])('as JSON: %j', (sent, expected) => {
    expect(read(flag, sent)).toBe(expected);
  });
});

describe('texts', () => {
  it.each([
    ['', 0, 5, true],
    ['', 1, 5, false],
    ['😀😀😀😀😀', 1, 5, true],
    ['😀😀😀😀😀😀', 1, 5, false],
    ['éééééé', 1, 5, false],
    [' ', 1, 5, true],
    ['a\u0000', 0, 5, false],
    ['\ud800', 0, 5, false],
    ['a\nb', 0, 5, true],
    [5, 0, 5, false],
    [null, 0, 5, false],
    [['a'], 0, 5, false],
  ])('%j of %i to %i code points: %j', (sent, min, max, fits) => {
    expect(read(text({ min, max }), sent)).toBe(fits ? sent : REFUSED);
  });
});

it.each([
  ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00.000Z'],
  ['2026-01-31t09:30:00.1234z', '2026-01-31T09:30:00.123Z'],
  ['2026-01-31T09:30:00+02:00', '2026-01-31T07:30:00.000Z'],
  ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
  ['2026-02-30T00:00:00Z', REFUSED],
  ['2026-01-31', REFUSED],
  ['2026-01-31T09:30:00', REFUSED],
  ['2026-01-31 09:30:00Z', REFUSED],
  ['2026-01-31T24:00:00Z', REFUSED],
  ['9999-12-31T23:59:59-01:00', REFUSED],
  ['yesterday', REFUSED],
  [1769851800000, REFUSED],
])('an instant: %j', (sent, expected) => {
  expect(read(instant, sent)).toBe(expected);
});

describe('query parameters', () => {
  it.each([
    ['0', 0],
    ['1000', 1000],
    ['007', 7],
    ['1001', REFUSED],
    ['-1', REFUSED],
    ['+1', REFUSED],
    ['1.0', REFUSED],
    ['1e2', REFUSED],
    ['', REFUSED],
    ['0x10', REFUSED],
    ['٣', REFUSED],
    [5, REFUSED],
  ])('whole numbers: %j', (sent, expected) => {
    expect(read(wholeNumber(0, 1000), sent)).toBe(expected);
  });

  it('that are given once', () => {
    expect(read(once(wholeNumber(0, 9)), '4')).toBe(4);
    expect(read(once(wholeNumber(0, 9)), ['4', '4'])).toBe(REFUSED);
  });

  it('that may be repeated, with commas or both', () => {
    const rule = values(oneOf(['a', 'b', 'c']));
    expect(read(rule, 'a')).toEqual(['a']);
    expect(read(rule, 'a,b')).toEqual(['a', 'b']);
    expect(read(rule, ['a', 'b,c'])).toEqual(['a', 'b', 'c']);
    expect(read(rule, 'a,')).toBe(REFUSED);
    expect(read(rule, 'a, b')).toBe(REFUSED);
    expect(
      read(
        values(text({ max: 9 })),
        Array.from({ length: 1001 }, () => 'x'),
      ),
    ).toBe(REFUSED);
  });
});

it('lists are measured before their items are looked at', () => {
  const rule = nullable(listOf(oneOf(['a']), { min: 1, max: 2 }));
  expect(read(rule, null)).toBeNull();
  expect(read(rule, ['a', 'a'])).toEqual(['a', 'a']);
  for (const refused of [[], ['a', 'a', 'a'], ['b'], 'a', { length: 1 }])
    expect(read(rule, refused)).toBe(REFUSED);
  const faults: FieldError[] = [];
  rule(['b', 'b', 'b'], ['body', 'list'], faults);
  expect(faults).toEqual([{ location: ['body', 'list'], message: 'must have at most 2 items' }]);
});
