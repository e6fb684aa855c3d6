import type { Participant } from './approval.js';
import type { CancelReason, ChangeRequestEvent, Diff } from './change-request.events.js';
import { isOpen, namesOf, type ChangeRequest } from './change-request.state.js';
import { forbidden, requireVersion, requireWritable } from './refusals.js';
import { mayCancel } from './user-operations.js';

export interface CancelRequest {
  readonly type: 'CancelRequest';
  readonly canceller: Participant;
  /** The version that `diff` is of. */
  readonly changeVersionId: string;
  readonly diff: Diff;
}

/** The entity is gone, and with it what the request was about. */
export interface CancelOrphan {
  readonly type: 'CancelOrphan';
  /** The version that `diff` is of. */
  readonly changeVersionId: string;
  readonly diff: Diff;
}

export const cancelled = (
  request: ChangeRequest,
  reason: CancelReason,
  cancelledBy: string | null,
  diff: Diff,
): ChangeRequestEvent => ({
  type: 'ChangeRequestCancelled',
  data: { ...namesOf(request), changeVersionId: request.changeVersionId, reason, cancelledBy, diff },
});

export const cancel = (
  { canceller, changeVersionId, diff }: CancelRequest,
  request: ChangeRequest,
): readonly ChangeRequestEvent[] => {
  if (!mayCancel(request, canceller))
    throw forbidden('cancel-forbidden', 'You cannot cancel this change request.');
  requireWritable(request);
  requireVersion(request, changeVersionId);
  return [cancelled(request, 'asked', canceller.userId, diff)];
};

/** A change that is just being carried out ends by itself first, one way or the other. */
export const cancelOrphan = (
  { changeVersionId, diff }: CancelOrphan,
  request: ChangeRequest,
): readonly ChangeRequestEvent[] => {
  const asSeen = request.changeVersionId === changeVersionId;
  if (!isOpen(request) || request.applying !== null || !asSeen) return [];
  return [cancelled(request, 'entityRemoved', null, diff)];
};
