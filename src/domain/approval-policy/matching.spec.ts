import { describe, expect, it } from '@jest/globals';
import type { Importance } from '../shared/importance.js';
import type { PolicyTerms } from './approval-policy.events.js';
import { matchPolicy, type Policy, type Situation } from './matching.js';

const condition = (values: readonly Importance[] | null) =>
  ({ condition: 'equals', fieldName: 'importance', values }) as const;

interface Shape {
  readonly values?: readonly Importance[] | null;
  readonly filterGroups?: readonly string[];
  readonly active?: boolean;
  readonly createdAt?: string;
  readonly action?: 'create' | 'update' | 'delete';
}

const policy = (
  policyId: string,
  { values, filterGroups, active = true, createdAt, action }: Shape = {},
): Policy => {
  const terms: PolicyTerms = {
    name: policyId,
    active,
    automaticAction: null,
    review: null,
    trigger: {
      entityType: 'deployment',
      action: action ?? 'update',
      condition: values === undefined ? null : condition(values),
      filterGroups: filterGroups ?? null,
      labels: null,
    },
  };
  return { policyId, version: 1, createdAt: createdAt ?? '2026-01-01T00:00:00.000Z', terms };
};

const situation = (more: Partial<Situation> = {}): Situation => ({
  intent: { entityType: 'deployment', action: 'update' },
  groups: ['risk'],
  field: { name: 'importance', values: ['HIGH'] },
  ...more,
});

const matched = (policies: readonly Policy[], more: Partial<Situation> = {}) =>
  matchPolicy(policies, situation(more))?.policyId;

describe('which policies fit', () => {
  it.each<[string, Policy, Partial<Situation>, boolean]>([
    ['one without condition', policy('p'), {}, true],
    ['not an inactive one', policy('p', { active: false }), {}, false],
    ['not one for another action', policy('p', { action: 'delete' }), {}, false],
    [
      'not one for another part',
      policy('p'),
      { intent: { entityType: 'deploymentModel', action: 'update' } },
      false,
    ],
    ['one for a group of the user', policy('p', { filterGroups: ['x', 'risk'] }), {}, true],
    ['not one for other groups', policy('p', { filterGroups: ['x'] }), {}, false],
    [
      'not one for groups, when the user has none',
      policy('p', { filterGroups: ['x'] }),
      { groups: [] },
      false,
    ],
    ['one that lists the value', policy('p', { values: ['CRITICAL', 'HIGH'] }), {}, true],
    ['not one that lists others', policy('p', { values: ['LOW'] }), {}, false],
    ['one for any value', policy('p', { values: null }), {}, true],
    [
      'one that lists the value to be, when that is another',
      policy('p', { values: ['LOW'] }),
      { field: { name: 'importance', values: ['HIGH', 'LOW'] } },
      true,
    ],
    [
      'not one that lists the value in other letters',
      policy('p', { values: ['HIGH'] }),
      { field: { name: 'importance', values: ['high'] } },
      false,
    ],
    [
      'not one that lists values, when no field is asked',
      policy('p', { values: ['HIGH'] }),
      { field: null },
      false,
    ],
    ['one for any value, when no field is asked', policy('p', { values: null }), { field: null }, true],
    [
      'not one that lists values, when none is asked',
      policy('p', { values: ['HIGH'] }),
      { field: { name: 'importance', values: [] } },
      false,
    ],
    [
      'not one on another field than asked',
      policy('p', { values: null }),
      { field: { name: 'label', values: ['HIGH'] } },
      false,
    ],
    [
      'one without condition, whatever field is asked',
      policy('p'),
      { field: { name: 'label', values: [] } },
      true,
    ],
  ])('%s', (_, one, more, fits) => expect(matched([one], more)).toBe(fits ? 'p' : undefined));
});

describe('which of several wins', () => {
  const early = '2025-01-01T00:00:00.000Z';
  it.each<[string, Policy, Policy]>([
    [
      'listed values before any',
      policy('b', { values: ['HIGH'] }),
      policy('a', { values: null, createdAt: early }),
    ],
    ['any value before no condition', policy('b', { values: null }), policy('a', { createdAt: early })],
    [
      'values before groups',
      policy('b', { values: ['HIGH'] }),
      policy('a', { values: null, filterGroups: ['risk'], createdAt: early }),
    ],
    ['groups before everybody', policy('b', { filterGroups: ['risk'] }), policy('a', { createdAt: early })],
    ['the older', policy('b', { createdAt: early }), policy('a')],
    ['the smaller id', policy('a'), policy('b')],
  ])('%s', (_, winner, other) => {
    expect(matched([winner, other])).toBe(winner.policyId);
    expect(matched([other, winner])).toBe(winner.policyId);
  });
});
