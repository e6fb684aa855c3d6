import type { Intent, PolicyCondition, PolicyTerms } from './approval-policy.events.js';
import { sameIntent } from './triggers.js';

/** A policy as it stands now. */
export interface Policy {
  readonly policyId: string;
  readonly version: number;
  readonly createdAt: string;
  readonly terms: PolicyTerms;
}

export interface Situation {
  readonly intent: Intent;
  /** Ids of the groups of the user who acts. */
  readonly groups: readonly string[];
  /** The field that conditions look at, with every value that counts; `null`: not known. */
  readonly field: { readonly name: string; readonly values: readonly string[] } | null;
}

const holds = (condition: PolicyCondition | null, field: Situation['field']): boolean => {
  if (condition === null) return true;
  if (field !== null && field.name !== condition.fieldName) return false;
  const { values } = condition;
  return (
    values === null || (field?.values.some((value) => (values as readonly string[]).includes(value)) ?? false)
  );
};

const concerns = ({ intent, groups, field }: Situation, { active, trigger }: PolicyTerms): boolean =>
  active &&
  sameIntent(trigger, intent) &&
  (trigger.filterGroups === null || trigger.filterGroups.some((group) => groups.includes(group))) &&
  holds(trigger.condition, field);

/** The smaller, the more particular. */
const breadthOf = ({ trigger: { condition } }: PolicyTerms): number => {
  if (condition === null) return 2;
  return condition.values === null ? 1 : 0;
};

const bySpecificity = (left: Policy, right: Policy): number =>
  breadthOf(left.terms) - breadthOf(right.terms) ||
  Number(left.terms.trigger.filterGroups === null) - Number(right.terms.trigger.filterGroups === null) ||
  Date.parse(left.createdAt) - Date.parse(right.createdAt) ||
  (left.policyId < right.policyId ? -1 : 1);

/**
 * The one policy that gates what is about to be done, if any: of those that are active and whose trigger fits, the most
 * particular one, then the oldest, then the one with the smallest id.
 */
export const matchPolicy = (policies: readonly Policy[], situation: Situation): Policy | undefined =>
  policies.filter(({ terms }) => concerns(situation, terms)).sort(bySpecificity)[0];
