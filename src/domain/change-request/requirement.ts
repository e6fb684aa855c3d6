import type { AutomaticAction, PolicyTrigger } from '../approval-policy/approval-policy.events.js';

/** How many members of a group are listed in an event at most; `memberCount` always tells how many there were. */
export const LISTED_MEMBERS = 200;

/** A group of reviewers as it was when a request was held to it. */
export interface PinnedGroup {
  readonly groupId: string;
  readonly name: string | null;
  readonly memberCount: number;
  /** User ids, sorted; the first {@link LISTED_MEMBERS} of them. */
  readonly members: readonly string[];
}

/**
 * What a version of a request needs to be approved, taken from the policy as it was then. It stands in the request's own
 * events, so that it neither changes with the policy nor goes with it.
 */
export interface Requirement {
  /** `null`: no policy asks for anything. */
  readonly policy: {
    readonly policyId: string;
    readonly version: number;
    readonly name: string;
    readonly trigger: PolicyTrigger;
  } | null;
  /** One approval from each; empty: from an approval admin, if any is needed. */
  readonly groups: readonly PinnedGroup[];
  readonly approvalsRequired: number;
  readonly reminderPeriod: string | null;
  readonly automaticAction: AutomaticAction | null;
}

export const NO_REQUIREMENT: Requirement = {
  policy: null,
  groups: [],
  approvalsRequired: 0,
  reminderPeriod: null,
  automaticAction: null,
};
