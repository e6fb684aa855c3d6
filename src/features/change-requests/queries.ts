import { Query } from '@nestjs/cqrs';
import type { ChangeRequestStatus, ReviewStatus } from '../../domain/change-request/change-request.events.js';
import type { Caller } from '../../domain/shared/caller.js';
import type { Counted, OffsetPage } from '../approval-policies/index.js';
import type {
  ApplicationView,
  ChangeRequestView,
  PolicyRequestView,
  ReviewView,
  Schedule,
  SuggestedReviewer,
} from './change-request.view.js';

/** Refused with `change-request-not-found` when there is none, or it is not the caller's to see. */
export class GetChangeRequest extends Query<ChangeRequestView> {
  constructor(
    readonly changeRequestId: string,
    readonly caller: Caller,
  ) {
    super();
  }
}

export type RequestOrder = 'createdAt' | 'updatedAt' | 'processedAt';

/** All must hold. */
export interface RequestFilter {
  readonly entityIds?: readonly string[];
  readonly statuses?: readonly ChangeRequestStatus[];
  /** True: the caller's own; false: those of others. */
  readonly mine?: boolean;
  /** True: only those in this status; false: all but those. */
  readonly approved?: boolean;
  readonly cancelled?: boolean;
}

/** What the caller may see. Ties are broken by id; requests not processed yet stand last by `processedAt`, either way. */
export class ListChangeRequests extends Query<Counted<ChangeRequestView>> {
  constructor(
    readonly filter: RequestFilter,
    readonly order: { readonly by: RequestOrder; readonly descending: boolean },
    readonly page: OffsetPage,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** Oldest first. Refused like {@link GetChangeRequest}. */
export class ListReviews extends Query<Counted<ReviewView>> {
  constructor(
    readonly changeRequestId: string,
    readonly filter: { readonly status?: ReviewStatus; readonly changeVersionId?: string },
    readonly page: OffsetPage,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** Refused like {@link GetChangeRequest}, and with `review-not-found` when the request has no such review. */
export class GetReview extends Query<ReviewView> {
  constructor(
    readonly changeRequestId: string,
    readonly reviewId: string,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** Who may review, without the requester, by username. Refused like {@link GetChangeRequest}. */
export class ListSuggestedReviewers extends Query<Counted<SuggestedReviewer>> {
  constructor(
    readonly changeRequestId: string,
    readonly page: OffsetPage,
    readonly caller: Caller,
  ) {
    super();
  }
}

export type PolicyRequestOrder = 'createDate' | 'updateDate' | 'state' | 'requester' | 'entityName';

/** Requests held to a policy. Refused with `approval-admin-required`, `policy-not-found`. */
export class ListPolicyRequests extends Query<Counted<PolicyRequestView>> {
  constructor(
    readonly policyId: string,
    readonly order: { readonly by: PolicyRequestOrder; readonly descending: boolean },
    readonly page: OffsetPage,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** Refused like {@link GetChangeRequest}. */
export class GetSchedule extends Query<Schedule> {
  constructor(
    readonly changeRequestId: string,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** Refused like {@link GetChangeRequest}, and with `application-not-found` when there was no such try. */
export class GetApplication extends Query<ApplicationView> {
  constructor(
    readonly changeRequestId: string,
    readonly attempt: number,
    readonly caller: Caller,
  ) {
    super();
  }
}

/**
 * Ids of the open requests of each of these deployments, oldest first; deployments without any are left out. `asOf`: those
 * opened up to and with this log position and closed after it, if at all; `null`: those open now.
 */
export class ListOpenRequestIds extends Query<ReadonlyMap<string, readonly string[]>> {
  constructor(
    readonly deploymentIds: readonly string[],
    readonly asOf: bigint | null = null,
  ) {
    super();
  }
}
