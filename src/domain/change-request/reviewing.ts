import { DomainError } from '../shared/domain-error.js';
import { groupsStoodFor, isEligible, statusBy, withVerdict, type Participant } from './approval.js';
import type { ChangeRequestEvent, OpenStatus, ReviewStatus } from './change-request.events.js';
import { namesOf, type ChangeRequest, type Verdict } from './change-request.state.js';
import { approved } from './opening.js';
import { forbidden, requireVersion, requireWritable } from './refusals.js';

export interface SubmitReview {
  readonly type: 'SubmitReview';
  readonly reviewId: string;
  readonly changeVersionId: string;
  readonly review: ReviewStatus;
  readonly comment: string | null;
  readonly reviewer: Participant;
}

const requireReviewer = ({ reviewer }: SubmitReview, { requesterId, requirement }: ChangeRequest): void => {
  if (reviewer.userId === requesterId)
    throw forbidden('own-request', 'You cannot review your own change request.');
  if (!isEligible(requirement, reviewer))
    throw forbidden('not-a-reviewer', 'You are not a reviewer of this change request.');
};

/** A remark by whoever sees the request moves nothing; a verdict counts for the current version. */
export const submitReview = (
  command: SubmitReview,
  request: ChangeRequest,
): readonly ChangeRequestEvent[] => {
  const { reviewId, changeVersionId, review, comment, reviewer } = command;
  if (!request.versionIds.includes(changeVersionId))
    throw new DomainError('invalid', 'unknown-version', 'The change request has no such version', {
      field: 'changeVersionId',
    });
  if (review !== 'commented') requireReviewer(command, request);
  requireWritable(request);
  if (review !== 'commented') requireVersion(request, changeVersionId);

  const groups = groupsStoodFor(request.requirement, reviewer);
  const before = request.status as OpenStatus;
  let { verdicts } = request;
  if (review !== 'commented') {
    const verdict: Verdict = { reviewerId: reviewer.userId, verdict: review, groups };
    verdicts = withVerdict(verdicts, verdict);
  }
  const after = review === 'commented' ? before : statusBy({ ...request, verdicts });
  const submitted: ChangeRequestEvent = {
    type: 'ReviewSubmitted',
    data: {
      ...namesOf(request),
      reviewId,
      changeVersionId,
      review,
      reviewerId: reviewer.userId,
      groups,
      isApprovalAdmin: reviewer.isApprovalAdmin,
      comment,
      status: { before, after },
    },
  };
  if (after !== 'approved' || before === 'approved') return [submitted];
  const reason = request.systemApproval ? 'automaticAction' : 'reviews';
  return [submitted, ...approved(request, reason, verdicts)];
};
