import { canonicalJson } from '../shared/canonical-json.js';
import type { Decider, Recorded } from '../shared/decider.js';
import { DomainError } from '../shared/domain-error.js';
import { isPeriod } from '../shared/durations.js';
import { IMPORTANCES } from '../shared/importance.js';
import type { ApprovalPolicyEvent, PolicyTerms } from './approval-policy.events.js';
import { isWatchable, labelsOf } from './triggers.js';

interface StatedTerms {
  readonly policyId: string;
  readonly terms: PolicyTerms;
  /** Those of the groups named that the directory does not know. */
  readonly unknownGroups: readonly string[];
}

export type ApprovalPolicyCommand =
  | ({ readonly type: 'CreatePolicy' } & StatedTerms)
  | ({ readonly type: 'UpdatePolicy' } & StatedTerms)
  | { readonly type: 'DeletePolicy'; readonly policyId: string };

export interface ExistingPolicy {
  readonly phase: 'existing';
  readonly policyId: string;
  readonly version: number;
  readonly terms: PolicyTerms;
  readonly createdAt: string;
  /** Since when it is active, or inactive, in log order: the times at which that changed. */
  readonly activity: readonly { readonly since: string; readonly active: boolean }[];
}

export type ApprovalPolicyState =
  ExistingPolicy | { readonly phase: 'unknown' } | { readonly phase: 'deleted' };

export const policyNotFound = (policyId: string): DomainError =>
  new DomainError('not-found', 'policy-not-found', `Approval policy '${policyId}' not found`, { policyId });

const invalid = (code: string, field: string, message: string): DomainError =>
  new DomainError('invalid', code, message, { field });

/** Repeats dropped; of filter groups none means everybody, as if none had been sent. */
const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)];

const requireCondition = ({ trigger: { condition } }: PolicyTerms): void => {
  if (condition === null) return;
  const place = 'trigger.intendedAction.condition';
  if ((condition.fieldName as string) !== 'importance')
    throw invalid('condition-unsupported', `${place}.fieldName`, 'The only field known is importance');
  if (condition.values === null) return;
  if (condition.values.length === 0)
    throw invalid('no-values', `${place}.values`, 'Name at least one value, or null for any');
  if (condition.values.some((value) => !IMPORTANCES.includes(value)))
    throw invalid(
      'condition-unsupported',
      `${place}.values`,
      `Importance is one of ${IMPORTANCES.join(', ')}`,
    );
};

const requirePeriods = ({ automaticAction, review }: PolicyTerms): void => {
  const places = [
    ['automaticAction.period', automaticAction?.period],
    ['review.reminderPeriod', review?.reminderPeriod],
  ] as const;
  for (const [field, period] of places)
    if (typeof period === 'string' && !isPeriod(period))
      throw invalid('bad-period', field, 'A period is an ISO 8601 duration in whole numbers, like P1DT12H');
};

const GROUP_PLACES = [
  ['review.groups', ({ review }: PolicyTerms) => review?.groups ?? []],
  ['trigger.filterGroups', ({ trigger }: PolicyTerms) => trigger.filterGroups ?? []],
] as const;

const requireGroups = ({ terms, unknownGroups }: StatedTerms): void => {
  if (terms.review?.groups?.length === 0)
    throw invalid('no-groups', 'review.groups', 'Name at least one group, or null for none');
  for (const [field, groupsIn] of GROUP_PLACES) {
    const unknown = groupsIn(terms).find((group) => unknownGroups.includes(group));
    if (unknown !== undefined) throw invalid('unknown-group', field, `There is no group '${unknown}'`);
  }
};

/** The terms as they are kept. @throws DomainError `invalid`, `details.field` saying where */
const settle = (stated: StatedTerms): PolicyTerms => {
  const { terms } = stated;
  const { trigger, review } = terms;
  if (!isWatchable(trigger))
    throw invalid(
      'trigger-unsupported',
      'trigger.intendedAction.action',
      `No policy can watch for ${trigger.action} of ${trigger.entityType}`,
    );
  requireCondition(terms);
  requirePeriods(terms);
  requireGroups(stated);
  const filterGroups = trigger.filterGroups?.length ? distinct(trigger.filterGroups) : null;
  return {
    ...terms,
    review: review && { ...review, groups: review.groups && distinct(review.groups) },
    trigger: { ...trigger, filterGroups, labels: trigger.labels ?? labelsOf(trigger) },
  };
};

const requireExisting = (state: ApprovalPolicyState, policyId: string): ExistingPolicy => {
  if (state.phase !== 'existing') throw policyNotFound(policyId);
  return state;
};

const decide = (
  command: ApprovalPolicyCommand,
  state: ApprovalPolicyState,
): readonly ApprovalPolicyEvent[] => {
  const { policyId } = command;
  switch (command.type) {
    case 'CreatePolicy': {
      if (state.phase !== 'unknown')
        throw new DomainError('conflict', 'policy-exists', 'The policy exists already');
      return [{ type: 'ApprovalPolicyCreated', data: { policyId, version: 1, terms: settle(command) } }];
    }
    case 'UpdatePolicy': {
      const { terms: before, version } = requireExisting(state, policyId);
      const after = settle(command);
      if (canonicalJson(before) === canonicalJson(after)) return [];
      return [{ type: 'ApprovalPolicyUpdated', data: { policyId, version: version + 1, before, after } }];
    }
    case 'DeletePolicy': {
      const { version, terms } = requireExisting(state, policyId);
      return [{ type: 'ApprovalPolicyDeleted', data: { policyId, version, terms } }];
    }
  }
};

const evolve = (state: ApprovalPolicyState, event: Recorded<ApprovalPolicyEvent>): ApprovalPolicyState => {
  const { occurredAt: since } = event;
  switch (event.type) {
    case 'ApprovalPolicyCreated': {
      const { policyId, version, terms } = event.data;
      const { active } = terms;
      return { phase: 'existing', policyId, version, terms, createdAt: since, activity: [{ since, active }] };
    }
    case 'ApprovalPolicyUpdated': {
      if (state.phase !== 'existing') return state;
      const { version, after: terms } = event.data;
      const { active } = terms;
      const activity =
        active === state.terms.active ? state.activity : [...state.activity, { since, active }];
      return { ...state, version, terms, activity };
    }
    case 'ApprovalPolicyDeleted':
      return { phase: 'deleted' };
  }
};

/** Whether the policy was active at an instant: by the last change that had occurred, so that a late look finds the same. */
export const wasActiveAt = ({ activity }: ExistingPolicy, instant: string): boolean =>
  activity.findLast(({ since }) => Date.parse(since) <= Date.parse(instant))?.active ?? false;

/** Stream `approvalPolicy-<policyId>`. */
export const approvalPolicyDecider: Decider<ApprovalPolicyState, ApprovalPolicyCommand, ApprovalPolicyEvent> =
  { name: 'approvalPolicy', initialState: { phase: 'unknown' }, decide, evolve };
