import { approvalsIn } from './approval.js';
import type { Change } from './change.js';
import type {
  ChangeRequestApproved,
  ChangeRequestEvent,
  ChangeRequestOpened,
  RequestNames,
} from './change-request.events.js';
import { isOpened, namesOf, type ChangeRequestState, type Verdict } from './change-request.state.js';
import { openingOvertaken, requestIsOpen } from './refusals.js';
import type { Requirement } from './requirement.js';

export interface OpenRequest extends Omit<ChangeRequestOpened['data'], 'status'> {
  readonly type: 'OpenRequest';
}

/** Bars an opening that claimed its place and went no further, so that the place may safely go to another one. */
export interface AbandonOpening extends Pick<RequestNames, 'changeRequestId' | 'entityId' | 'action'> {
  readonly type: 'AbandonOpening';
}

/** What of a request says how it goes on once it is approved. */
interface Approvable extends RequestNames {
  readonly change: Change;
  readonly changeVersionId: string;
  readonly autoApply: boolean;
  readonly attempts: number;
  readonly requirement: Pick<Requirement, 'policy'>;
}

export const startBy = (
  request: Omit<Approvable, 'requirement' | 'autoApply'>,
  startedBy: string | null,
): ChangeRequestEvent => ({
  type: 'ChangeApplicationStarted',
  data: {
    ...namesOf(request),
    attempt: request.attempts + 1,
    changeVersionId: request.changeVersionId,
    change: request.change,
    startedBy,
  },
});

/** The request has just become approved; one that applies itself is started in the same append, so that nothing comes between. */
export const approved = (
  request: Approvable,
  reason: ChangeRequestApproved['data']['reason'],
  verdicts: readonly Verdict[] = [],
): readonly ChangeRequestEvent[] => {
  const { policy } = request.requirement;
  const event: ChangeRequestApproved = {
    type: 'ChangeRequestApproved',
    data: {
      ...namesOf(request),
      changeVersionId: request.changeVersionId,
      reason,
      approvals: approvalsIn(verdicts),
      policyId: policy?.policyId ?? null,
      policyVersion: policy?.version ?? null,
    },
  };
  return request.autoApply ? [event, startBy(request, null)] : [event];
};

export const open = (command: OpenRequest, state: ChangeRequestState): readonly ChangeRequestEvent[] => {
  const { type: _type, ...facts } = command;
  if (state.phase === 'abandoned') throw openingOvertaken();
  if (isOpened(state)) throw requestIsOpen(state.changeRequestId);
  const needsNothing = facts.requirement.approvalsRequired === 0;
  const status = needsNothing ? 'approved' : 'pending';
  const opened: ChangeRequestEvent = { type: 'ChangeRequestOpened', data: { ...facts, status } };
  return needsNothing ? [opened, ...approved({ ...facts, attempts: 0 }, 'noPolicy')] : [opened];
};

export const abandonOpening = (
  { changeRequestId, entityId, action }: AbandonOpening,
  state: ChangeRequestState,
): readonly ChangeRequestEvent[] => {
  if (isOpened(state)) throw requestIsOpen(changeRequestId);
  if (state.phase === 'abandoned') return [];
  return [{ type: 'ChangeRequestAbandoned', data: { changeRequestId, entityId, action } }];
};
