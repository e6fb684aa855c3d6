import type { PolicyTerms } from '../../domain/approval-policy/approval-policy.events.js';

/** A group as a policy names it: by its present name, `null` when it was deleted. */
export interface NamedGroup {
  readonly groupId: string;
  readonly name: string | null;
}

export interface PolicyView extends Omit<PolicyTerms, 'review' | 'trigger'> {
  readonly policyId: string;
  /** Counts the changes of the policy from 1. */
  readonly version: number;
  readonly review: {
    readonly groups: readonly NamedGroup[] | null;
    readonly reminderPeriod: string | null;
  } | null;
  readonly trigger: Omit<PolicyTerms['trigger'], 'filterGroups'> & {
    readonly filterGroups: readonly NamedGroup[] | null;
  };
  /** Open requests that are held to it, whatever version. */
  readonly openRequests: number;
  readonly createdAt: string;
  readonly revision: bigint;
  readonly position: bigint;
}

export type { TriggerChoice } from '../../domain/approval-policy/triggers.js';
