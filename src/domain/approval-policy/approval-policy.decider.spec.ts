import { describe, expect, it } from '@jest/globals';
import { deciderSpec } from '../../../test/support/decider-spec.js';
import { approvalPolicyDecider, wasActiveAt, type ExistingPolicy } from './approval-policy.decider.js';
import type { ApprovalPolicyEvent, PolicyTerms, PolicyTrigger } from './approval-policy.events.js';
import { TRIGGER_CHOICES } from './triggers.js';

const given = deciderSpec(approvalPolicyDecider);
const policyId = 'p-1';
const trigger: PolicyTrigger = {
  entityType: 'deployment',
  action: 'update',
  condition: null,
  filterGroups: null,
  labels: null,
};
const terms: PolicyTerms = { name: 'n', active: true, automaticAction: null, review: null, trigger };
const create = (more: Partial<PolicyTerms> = {}, unknownGroups: readonly string[] = []) =>
  ({ type: 'CreatePolicy', policyId, terms: { ...terms, ...more }, unknownGroups }) as const;
const update = (more: Partial<PolicyTerms> = {}) =>
  ({ type: 'UpdatePolicy', policyId, terms: { ...terms, ...more }, unknownGroups: [] }) as const;
const remove = { type: 'DeletePolicy', policyId } as const;
const created = (more: Partial<PolicyTerms> = {}): ApprovalPolicyEvent => ({
  type: 'ApprovalPolicyCreated',
  data: { policyId, version: 1, terms: { ...terms, ...more } },
});
const updated = (version: number, before: PolicyTerms, after: PolicyTerms): ApprovalPolicyEvent => ({
  type: 'ApprovalPolicyUpdated',
  data: { policyId, version, before, after },
});
const deleted: ApprovalPolicyEvent = { type: 'ApprovalPolicyDeleted', data: { policyId, version: 1, terms } };
const on = (values: ReadonlyArray<'CRITICAL' | 'HIGH' | 'MODERATE' | 'LOW'> | null): PolicyTrigger => ({
  ...trigger,
  condition: { condition: 'equals', fieldName: 'importance', values },
});
const reviewBy = (groups: readonly string[] | null, reminderPeriod: string | null = null) => ({
  review: { groups, reminderPeriod },
});

describe('a policy', () => {
  it('is created as it was sent', () => given().when(create()).then(created()));
  it('counts its versions', () => {
    const after = { ...terms, name: 'm' };
    given(created())
      .when(update({ name: 'm' }))
      .then(updated(2, terms, after));
    given(created(), updated(2, terms, after))
      .when(update())
      .then(updated(3, after, terms));
  });
  it('replaced by the same terms does not change', () => given(created()).when(update()).thenNothing());
  it('is deleted once', () => {
    given(created()).when(remove).then(deleted);
    given(created(), deleted).when(remove).thenRejects('policy-not-found');
    given(created(), deleted).when(update()).thenRejects('policy-not-found');
    given().when(update()).thenRejects('policy-not-found');
  });
  it('names a group once', () =>
    given()
      .when(create(reviewBy(['a', 'b', 'a'])))
      .then(created(reviewBy(['a', 'b']))));
  it('with an empty list of filter groups is for everybody', () =>
    given()
      .when(create({ trigger: { ...trigger, filterGroups: [] } }))
      .then(created()));

  it.each([
    [['CRITICAL', 'HIGH'] as const, 'Importance above moderate'],
    [['HIGH', 'CRITICAL'] as const, 'Importance above moderate'],
    [['LOW'] as const, 'Low importance'],
    [null, 'Any importance'],
  ])('sent without labels for %j is called as it is offered', (values, label) =>
    given()
      .when(create({ trigger: on(values) }))
      .then(created({ trigger: { ...on(values), labels: { groupLabel: 'Importance change', label } } })),
  );
  it('with values that are not offered has no labels', () =>
    given()
      .when(create({ trigger: on(['LOW', 'HIGH']) }))
      .then(created({ trigger: on(['LOW', 'HIGH']) })));

  it.each<[string, string, Partial<PolicyTerms>]>([
    [
      'trigger-unsupported',
      'trigger.intendedAction.action',
      { trigger: { ...trigger, action: 'create', entityType: 'deploymentModel' } },
    ],
    ['no-values', 'trigger.intendedAction.condition.values', { trigger: on([]) }],
    ['condition-unsupported', 'trigger.intendedAction.condition.values', { trigger: on(['high' as 'HIGH']) }],
    [
      'condition-unsupported',
      'trigger.intendedAction.condition.fieldName',
      {
        trigger: {
          ...trigger,
          condition: { condition: 'equals', fieldName: 'label' as 'importance', values: null },
        },
      },
    ],
    ['no-groups', 'review.groups', reviewBy([])],
    ['bad-period', 'review.reminderPeriod', reviewBy(null, 'P1.5D')],
    ['bad-period', 'automaticAction.period', { automaticAction: { action: 'cancel', period: 'P0D' } }],
    ['unknown-group', 'review.groups', reviewBy(['ghosts'])],
    ['unknown-group', 'trigger.filterGroups', { trigger: { ...trigger, filterGroups: ['ghosts'] } }],
  ])('is refused as %s at %s', (code, field, more) =>
    given()
      .when(create(more, ['ghosts']))
      .thenRejects(code, { field }),
  );

  it('is offered seven things to watch with six choices each', () => {
    expect(TRIGGER_CHOICES).toHaveLength(42);
    expect(new Set(TRIGGER_CHOICES.map(({ labels }) => labels.groupLabel)).size).toBe(7);
    expect(TRIGGER_CHOICES[5]).toStrictEqual({
      entityType: 'deployment',
      action: 'create',
      condition: { condition: 'equals', fieldName: 'importance', values: ['CRITICAL', 'HIGH'] },
      filterGroups: null,
      labels: { groupLabel: 'Deployment creation', label: 'Importance above moderate' },
    });
  });
});

describe('whether a policy was active', () => {
  const off = { ...terms, active: false };
  const state = given(
    { ...created(), occurredAt: '2026-01-01T00:00:00.000Z' },
    { ...updated(2, terms, off), occurredAt: '2026-01-03T00:00:00.000Z' },
    { ...updated(3, off, terms), occurredAt: '2026-01-05T00:00:00.000Z' },
  ).state() as ExistingPolicy;

  it.each([
    ['2025-12-31T23:59:59.999Z', false],
    ['2026-01-01T00:00:00.000Z', true],
    ['2026-01-02T23:59:59.999Z', true],
    ['2026-01-03T00:00:00.000Z', false],
    ['2026-01-04T00:00:00.000Z', false],
    ['2026-01-05T00:00:00.000Z', true],
  ])('at %s: %s', (instant, active) => expect(wasActiveAt(state, instant)).toBe(active));
});
