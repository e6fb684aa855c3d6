import { isEligible, type Participant } from './approval.js';
import { isOpen, type ChangeRequest } from './change-request.state.js';

/** What somebody who sees the request may do to it now. */
export interface UserOperations {
  readonly canCancel: boolean;
  readonly canComment: boolean;
  readonly canResolve: boolean;
  readonly canReview: boolean;
  readonly canUpdate: boolean;
}

export const mayCancel = (
  { requesterId }: ChangeRequest,
  { userId, isApprovalAdmin }: Participant,
): boolean => userId === requesterId || isApprovalAdmin;

export const mayResolve = (request: ChangeRequest, participant: Participant, ownsEntity: boolean): boolean =>
  ownsEntity || mayCancel(request, participant);

export const userOperations = (
  request: ChangeRequest,
  participant: Participant,
  ownsEntity: boolean,
): UserOperations => {
  const writable = isOpen(request) && request.applying === null;
  const isRequester = participant.userId === request.requesterId;
  return {
    canCancel: writable && mayCancel(request, participant),
    canComment: writable,
    canResolve: writable && request.status === 'approved' && mayResolve(request, participant, ownsEntity),
    canReview: writable && !isRequester && isEligible(request.requirement, participant),
    canUpdate: writable && isRequester,
  };
};
