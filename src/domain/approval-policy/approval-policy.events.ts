import type { DomainEvent } from '../shared/decider.js';
import type { Importance } from '../shared/importance.js';

/** What of a deployment a policy watches. */
export type WatchedPart =
  'deployment' | 'deploymentModel' | 'deploymentConfig' | 'deploymentStatus' | 'deploymentMonitoringData';
export type IntendedAction = 'create' | 'update' | 'delete';

/** What is about to be done to which part of a deployment. */
export interface Intent {
  readonly entityType: WatchedPart;
  readonly action: IntendedAction;
}

export interface PolicyCondition {
  readonly condition: 'equals';
  readonly fieldName: 'importance';
  /** `null`: any value. */
  readonly values: readonly Importance[] | null;
}

export interface TriggerLabels {
  readonly groupLabel: string;
  readonly label: string;
}

export interface PolicyTrigger extends Intent {
  readonly condition: PolicyCondition | null;
  /** Ids of the groups whose members it applies to; `null`: everybody. */
  readonly filterGroups: readonly string[] | null;
  readonly labels: TriggerLabels | null;
}

export interface AutomaticAction {
  readonly action: 'approve' | 'cancel';
  /** ISO 8601, as sent. */
  readonly period: string;
}

export interface PolicyReview {
  /** Ids of the groups of which one member each must approve; `null`: one approval admin. */
  readonly groups: readonly string[] | null;
  /** ISO 8601, as sent; `null`: no reminders. */
  readonly reminderPeriod: string | null;
}

/** All that an approval policy says. */
export interface PolicyTerms {
  readonly name: string;
  readonly active: boolean;
  readonly automaticAction: AutomaticAction | null;
  readonly review: PolicyReview | null;
  readonly trigger: PolicyTrigger;
}

export type ApprovalPolicyCreated = DomainEvent<
  'ApprovalPolicyCreated',
  { readonly policyId: string; readonly version: 1; readonly terms: PolicyTerms }
>;

export type ApprovalPolicyUpdated = DomainEvent<
  'ApprovalPolicyUpdated',
  {
    readonly policyId: string;
    /** Counts from 1; requests name the version that they are held to. */
    readonly version: number;
    readonly before: PolicyTerms;
    readonly after: PolicyTerms;
  }
>;

export type ApprovalPolicyDeleted = DomainEvent<
  'ApprovalPolicyDeleted',
  { readonly policyId: string; readonly version: number; readonly terms: PolicyTerms }
>;

/** Stream `approvalPolicy-<policyId>`. */
export type ApprovalPolicyEvent = ApprovalPolicyCreated | ApprovalPolicyUpdated | ApprovalPolicyDeleted;

export const approvalPolicyEventVersions = {
  ApprovalPolicyCreated: 1,
  ApprovalPolicyUpdated: 1,
  ApprovalPolicyDeleted: 1,
} as const satisfies Record<ApprovalPolicyEvent['type'], number>;
