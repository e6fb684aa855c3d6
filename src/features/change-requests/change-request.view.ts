import type { Change, ChangeAction } from '../../domain/change-request/change.js';
import type {
  ChangeRequestStatus,
  Diff,
  ReviewStatus,
} from '../../domain/change-request/change-request.events.js';

/** What the caller who asked may do to the request now. */
export interface UserOperations {
  readonly canCancel: boolean;
  readonly canComment: boolean;
  readonly canResolve: boolean;
  readonly canReview: boolean;
  readonly canUpdate: boolean;
}

/** Times RFC 3339 UTC with milliseconds. */
export interface ChangeRequestView {
  readonly changeRequestId: string;
  readonly entityType: 'deployment';
  readonly entityId: string;
  readonly action: ChangeAction;
  readonly change: Change;
  readonly changeVersionId: string;
  readonly autoApply: boolean;
  /** `null`: never given. */
  readonly comment: string | null;
  readonly requesterId: string;
  /** E-mail address of the requester, when known. */
  readonly requesterEmail: string | null;
  readonly approvalsRequired: number;
  readonly policyId: string | null;
  readonly status: ChangeRequestStatus;
  readonly statusChangedAt: string | null;
  readonly statusChangedBy: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly processedAt: string | null;
  /** Against the entity as it is now; once terminal, as it was then. */
  readonly diff: Diff;
  readonly userOperations: UserOperations;
  readonly revision: bigint;
  readonly position: bigint;
}

export interface ReviewView {
  readonly reviewId: string;
  readonly changeRequestId: string;
  readonly changeVersionId: string;
  readonly status: ReviewStatus;
  readonly comment: string | null;
  readonly createdAt: string;
  readonly reviewerId: string;
  readonly reviewerEmail: string | null;
}

export interface SuggestedReviewer {
  readonly userId: string;
  readonly username: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
}

/** A request as it is shown beside the policy that it is held to. */
export interface PolicyRequestView {
  readonly changeRequestId: string;
  readonly createdAt: string;
  readonly entityId: string;
  /** The deployment's label. */
  readonly entityName: string | null;
  /** Username; the id where the directory has none. */
  readonly requester: string;
  readonly state: 'OPENED' | 'RESOLVED' | 'CANCELLED';
  /** `null`: never modified. */
  readonly modifiedAt: string | null;
  /** Username. */
  readonly modifiedBy: string | null;
}

/** What happens next if nobody acts. */
export interface Schedule {
  readonly changeRequestId: string;
  readonly status: ChangeRequestStatus;
  /** Soonest first. */
  readonly items: readonly {
    readonly kind: 'reminder' | 'automaticAction';
    readonly action: 'approve' | 'cancel' | null;
    readonly dueAt: string;
  }[];
  /** Required groups in which nobody can be asked: no enabled member but the requester. */
  readonly unsatisfiable: readonly { readonly groupId: string; readonly name: string | null }[];
}

/** How carrying out a change goes. */
export interface ApplicationView {
  readonly changeRequestId: string;
  readonly attempt: number;
  readonly state: 'running' | 'completed' | 'failed';
  /** Why it failed. */
  readonly message: string | null;
}
