import type { Recorded } from '../shared/decider.js';
import { withVerdict } from './approval.js';
import type {
  ChangeRequestEvent,
  ChangeRequestOpened,
  ChangeRequestRevised,
  ChangeRequestStatus,
  ReviewSubmitted,
} from './change-request.events.js';
import {
  isOpened,
  type ChangeRequest,
  type ChangeRequestState,
  type HeldRequirement,
} from './change-request.state.js';
import type { Requirement } from './requirement.js';

const held = ({ groups, ...requirement }: Requirement): HeldRequirement => ({
  ...requirement,
  groups: groups.map(({ groupId, name }) => ({ groupId, name })),
});

const opened = (
  { requirement, ...data }: ChangeRequestOpened['data'],
  occurredAt: string,
): ChangeRequest => ({
  ...data,
  phase: 'opened',
  requirement: held(requirement),
  versionIds: [data.changeVersionId],
  versionSince: occurredAt,
  statusChangedBy: null,
  statusChangedAt: null,
  verdicts: [],
  systemApproval: false,
  automaticActionJudged: false,
  lastReminderAt: null,
  applying: null,
  attempts: 0,
  failure: null,
  createdAt: occurredAt,
  modifiedAt: null,
  modifiedBy: null,
  processedAt: null,
  diff: null,
});

/** `null`: the system set it, and then nobody did at no time. */
const moved = (
  request: ChangeRequest,
  status: ChangeRequestStatus,
  by: string | null,
  occurredAt: string,
): ChangeRequest =>
  status === request.status
    ? request
    : {
        ...request,
        status,
        statusChangedBy: by,
        statusChangedAt: by === null ? null : occurredAt,
        modifiedAt: occurredAt,
        modifiedBy: by,
      };

const revised = (
  request: ChangeRequest,
  { version, comment, autoApply, status }: ChangeRequestRevised['data'],
  occurredAt: string,
): ChangeRequest => ({
  ...moved(request, status.after, request.requesterId, occurredAt),
  ...(version && {
    change: version.after,
    changeVersionId: version.changeVersionId,
    versionIds: [...request.versionIds, version.changeVersionId],
    versionSince: occurredAt,
    requirement: held(version.requirement),
    verdicts: [],
    systemApproval: false,
  }),
  ...(comment && { comment: comment.after }),
  ...(autoApply && { autoApply: autoApply.after }),
  modifiedAt: occurredAt,
  modifiedBy: request.requesterId,
});

const reviewed = (
  request: ChangeRequest,
  { review, reviewerId, groups, status }: ReviewSubmitted['data'],
  occurredAt: string,
): ChangeRequest =>
  review === 'commented'
    ? request
    : {
        ...moved(request, status.after, reviewerId, occurredAt),
        verdicts: withVerdict(request.verdicts, { reviewerId, verdict: review, groups }),
      };

export const evolve = (
  state: ChangeRequestState,
  event: Recorded<ChangeRequestEvent>,
): ChangeRequestState => {
  const { occurredAt } = event;
  if (event.type === 'ChangeRequestOpened') return opened(event.data, occurredAt);
  if (event.type === 'ChangeRequestAbandoned') return { phase: 'abandoned' };
  if (!isOpened(state)) return state;
  switch (event.type) {
    case 'ChangeRequestRevised':
      return revised(state, event.data, occurredAt);
    case 'ReviewSubmitted':
      return reviewed(state, event.data, occurredAt);
    // The event before it in the same append moved the status; this one is there to be filtered on.
    case 'ChangeRequestApproved':
      return state;
    case 'PolicyAutoActioned': {
      const { status, automaticAction } = event.data;
      return {
        ...moved(state, status.after, null, occurredAt),
        automaticActionJudged: true,
        systemApproval: automaticAction.action === 'approve',
      };
    }
    case 'AutomaticActionSkipped':
      return { ...state, automaticActionJudged: true };
    case 'ReviewReminderSent':
      return { ...state, lastReminderAt: occurredAt };
    case 'ChangeApplicationStarted': {
      const { attempt, startedBy } = event.data;
      return { ...state, applying: { attempt, startedBy }, attempts: attempt, failure: null };
    }
    case 'ChangeApplicationFailed': {
      const { attempt, code, message } = event.data;
      return { ...state, applying: null, failure: { attempt, code, message } };
    }
    case 'ChangeRequestResolved': {
      const { resolvedBy, diff } = event.data;
      const resolved = moved(state, 'resolved', resolvedBy, occurredAt);
      return { ...resolved, applying: null, processedAt: occurredAt, diff };
    }
    case 'ChangeRequestCancelled': {
      const { cancelledBy, diff } = event.data;
      return { ...moved(state, 'cancelled', cancelledBy, occurredAt), processedAt: occurredAt, diff };
    }
  }
};
