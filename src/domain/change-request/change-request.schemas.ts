import { automaticAction } from '../approval-policy/approval-policy.schemas.js';
import { exactly, flag, instant, listOf, object, oneOf, orNull, text, whole } from '../shared/schema.js';
import { change, changeAction, diff, requirement } from './change.schemas.js';

const openStatus = oneOf('pending', 'approved', 'changesRequested');
const statusMove = object({ before: openStatus, after: openStatus });

const names = {
  changeRequestId: text,
  entityType: exactly('deployment'),
  entityId: text,
  action: changeAction,
};

const automaticActionDue = {
  ...names,
  changeVersionId: text,
  policyId: text,
  policyVersion: whole(1),
  automaticAction,
  dueAt: instant,
};

/** Of each event type the schema of its data in every version, the first one first. */
export const changeRequestEventSchemas = {
  ChangeRequestOpened: [
    object({
      ...names,
      model: text,
      name: text,
      change,
      changeVersionId: text,
      autoApply: flag,
      comment: orNull(text),
      requesterId: text,
      requirement,
      status: oneOf('pending', 'approved'),
    }),
  ],
  ChangeRequestRevised: [
    object(
      { ...names, status: statusMove },
      {
        version: object({ changeVersionId: text, before: change, after: change, requirement }),
        comment: object({ before: orNull(text), after: text }),
        autoApply: object({ before: flag, after: flag }),
      },
    ),
  ],
  ReviewSubmitted: [
    object({
      ...names,
      reviewId: text,
      changeVersionId: text,
      review: oneOf('approved', 'changesRequested', 'commented'),
      reviewerId: text,
      groups: listOf(text),
      isApprovalAdmin: flag,
      comment: orNull(text),
      status: statusMove,
    }),
  ],
  ChangeRequestApproved: [
    object({
      ...names,
      changeVersionId: text,
      reason: oneOf('reviews', 'noPolicy', 'automaticAction'),
      approvals: listOf(object({ reviewerId: text, groups: listOf(text) })),
      policyId: orNull(text),
      policyVersion: orNull(whole(1)),
    }),
  ],
  PolicyAutoActioned: [
    object({
      ...automaticActionDue,
      status: object({
        before: openStatus,
        after: oneOf('pending', 'approved', 'changesRequested', 'resolved', 'cancelled'),
      }),
    }),
  ],
  AutomaticActionSkipped: [
    object({ ...automaticActionDue, reason: oneOf('policyInactive', 'beingApplied') }),
  ],
  ReviewReminderSent: [
    object({
      ...names,
      changeVersionId: text,
      policyId: orNull(text),
      dueAt: instant,
      recipients: listOf(text),
    }),
  ],
  ChangeApplicationStarted: [
    object({ ...names, attempt: whole(1), changeVersionId: text, change, startedBy: orNull(text) }),
  ],
  ChangeApplicationFailed: [
    object({ ...names, attempt: whole(1), changeVersionId: text, code: text, message: text }),
  ],
  ChangeRequestResolved: [
    object({ ...names, attempt: whole(1), changeVersionId: text, resolvedBy: orNull(text), diff }),
  ],
  ChangeRequestCancelled: [
    object({
      ...names,
      changeVersionId: text,
      reason: oneOf('asked', 'automaticAction', 'entityRemoved'),
      cancelledBy: orNull(text),
      diff,
    }),
  ],
  ChangeRequestAbandoned: [object({ changeRequestId: text, entityId: text, action: changeAction })],
  ChangeRequestReserved: [
    object({ entityId: text, action: changeAction, changeRequestId: text, takenOverFrom: orNull(text) }),
  ],
} as const;
