import type { AutomaticAction } from '../approval-policy/approval-policy.events.js';
import type { DomainEvent } from '../shared/decider.js';
import type { Change, ChangeAction } from './change.js';
import type { Requirement } from './requirement.js';

export type OpenStatus = 'pending' | 'approved' | 'changesRequested';
export type ChangeRequestStatus = OpenStatus | 'resolved' | 'cancelled';
export type ReviewStatus = 'approved' | 'changesRequested' | 'commented';

export interface StatusMove {
  readonly before: OpenStatus;
  readonly after: OpenStatus;
}

/** Lines for people: what is there, and what the change makes of it. */
export interface Diff {
  readonly changesFrom: readonly string[];
  readonly changesTo: readonly string[];
}

/** What an auditor needs to know which request an event is about. */
export interface RequestNames {
  readonly changeRequestId: string;
  readonly entityType: 'deployment';
  readonly entityId: string;
  readonly action: ChangeAction;
}

export type ChangeRequestOpened = DomainEvent<
  'ChangeRequestOpened',
  RequestNames & {
    /** Registered model and name of the deployment. */
    readonly model: string;
    readonly name: string;
    readonly change: Change;
    /** Names one content of `change`. */
    readonly changeVersionId: string;
    readonly autoApply: boolean;
    readonly comment: string | null;
    /** User id; `platform` for the platform's key. */
    readonly requesterId: string;
    readonly requirement: Requirement;
    readonly status: 'pending' | 'approved';
  }
>;

/** The requester changed his request; fields that stayed are absent. */
export type ChangeRequestRevised = DomainEvent<
  'ChangeRequestRevised',
  RequestNames & {
    /** There when the change itself became another one: reviews of earlier versions stop counting. */
    readonly version?: {
      readonly changeVersionId: string;
      readonly before: Change;
      readonly after: Change;
      readonly requirement: Requirement;
    };
    readonly comment?: { readonly before: string | null; readonly after: string };
    readonly autoApply?: { readonly before: boolean; readonly after: boolean };
    readonly status: StatusMove;
  }
>;

export type ReviewSubmitted = DomainEvent<
  'ReviewSubmitted',
  RequestNames & {
    readonly reviewId: string;
    readonly changeVersionId: string;
    readonly review: ReviewStatus;
    readonly reviewerId: string;
    /** Those of the required groups that the reviewer was a member of. */
    readonly groups: readonly string[];
    readonly isApprovalAdmin: boolean;
    readonly comment: string | null;
    readonly status: StatusMove;
  }
>;

/** The request became approved, by what stands right before this in the stream. */
export type ChangeRequestApproved = DomainEvent<
  'ChangeRequestApproved',
  RequestNames & {
    readonly changeVersionId: string;
    /** `noPolicy`: nothing had to be approved; `automaticAction`: the policy stood in for what was missing. */
    readonly reason: 'reviews' | 'noPolicy' | 'automaticAction';
    /** Who approved this version, and for which of the required groups. */
    readonly approvals: readonly { readonly reviewerId: string; readonly groups: readonly string[] }[];
    readonly policyId: string | null;
    readonly policyVersion: number | null;
  }
>;

interface AutomaticActionDue extends RequestNames {
  readonly changeVersionId: string;
  readonly policyId: string;
  readonly policyVersion: number;
  readonly automaticAction: AutomaticAction;
  /** RFC 3339. */
  readonly dueAt: string;
}

/** The policy's automatic action came due and was taken: `approve` for this version, or `cancel`. */
export type PolicyAutoActioned = DomainEvent<
  'PolicyAutoActioned',
  AutomaticActionDue & {
    readonly status: { readonly before: OpenStatus; readonly after: ChangeRequestStatus };
  }
>;

/** The automatic action came due and will never be taken. */
export type AutomaticActionSkipped = DomainEvent<
  'AutomaticActionSkipped',
  AutomaticActionDue & { readonly reason: 'policyInactive' | 'beingApplied' }
>;

export type ReviewReminderSent = DomainEvent<
  'ReviewReminderSent',
  RequestNames & {
    readonly changeVersionId: string;
    readonly policyId: string | null;
    /** RFC 3339; the next period starts when this event occurred. */
    readonly dueAt: string;
    /** User ids, sorted: who may review and has given no verdict on this version. */
    readonly recipients: readonly string[];
  }
>;

/** The change is being carried out; until it is known how that ended, nothing else can be done to the request. */
export type ChangeApplicationStarted = DomainEvent<
  'ChangeApplicationStarted',
  RequestNames & {
    /** Counts the tries from 1. */
    readonly attempt: number;
    readonly changeVersionId: string;
    readonly change: Change;
    /** User id; `null`: the system, because the request is to be applied once it is approved. */
    readonly startedBy: string | null;
  }
>;

export type ChangeApplicationFailed = DomainEvent<
  'ChangeApplicationFailed',
  RequestNames & {
    readonly attempt: number;
    readonly changeVersionId: string;
    readonly code: string;
    readonly message: string;
  }
>;

/** The change was carried out. */
export type ChangeRequestResolved = DomainEvent<
  'ChangeRequestResolved',
  RequestNames & {
    readonly attempt: number;
    readonly changeVersionId: string;
    readonly resolvedBy: string | null;
    /** As it was right before the change. */
    readonly diff: Diff;
  }
>;

export type CancelReason = 'asked' | 'automaticAction' | 'entityRemoved';

export type ChangeRequestCancelled = DomainEvent<
  'ChangeRequestCancelled',
  RequestNames & {
    readonly changeVersionId: string;
    readonly reason: CancelReason;
    /** User id; `null`: the system. */
    readonly cancelledBy: string | null;
    readonly diff: Diff;
  }
>;

/** Under this id no request will ever be opened: its opening stopped half-way and another request took its place. */
export type ChangeRequestAbandoned = DomainEvent<
  'ChangeRequestAbandoned',
  { readonly changeRequestId: string; readonly entityId: string; readonly action: ChangeAction }
>;

/** Stream `changeRequest-<changeRequestId>`. */
export type ChangeRequestEvent =
  | ChangeRequestOpened
  | ChangeRequestRevised
  | ReviewSubmitted
  | ChangeRequestApproved
  | PolicyAutoActioned
  | AutomaticActionSkipped
  | ReviewReminderSent
  | ChangeApplicationStarted
  | ChangeApplicationFailed
  | ChangeRequestResolved
  | ChangeRequestCancelled
  | ChangeRequestAbandoned;

/** Stream `openChangeRequest-<entity id>.<action>`: who may be open there; the last claim counts. */
export type ChangeRequestReserved = DomainEvent<
  'ChangeRequestReserved',
  {
    readonly entityId: string;
    readonly action: ChangeAction;
    readonly changeRequestId: string;
    readonly takenOverFrom: string | null;
  }
>;

export const changeRequestEventVersions = {
  ChangeRequestOpened: 1,
  ChangeRequestRevised: 1,
  ReviewSubmitted: 1,
  ChangeRequestApproved: 1,
  PolicyAutoActioned: 1,
  AutomaticActionSkipped: 1,
  ReviewReminderSent: 1,
  ChangeApplicationStarted: 1,
  ChangeApplicationFailed: 1,
  ChangeRequestResolved: 1,
  ChangeRequestCancelled: 1,
  ChangeRequestAbandoned: 1,
  ChangeRequestReserved: 1,
} as const satisfies Record<(ChangeRequestEvent | ChangeRequestReserved)['type'], number>;
