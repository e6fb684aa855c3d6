import type { PolicyTrigger } from '../../src/domain/approval-policy/approval-policy.events.js';
import type { Participant } from '../../src/domain/change-request/approval.js';
import type { Change } from '../../src/domain/change-request/change.js';
import type {
  ChangeRequestEvent,
  ChangeRequestOpened,
  OpenStatus,
  ReviewSubmitted,
} from '../../src/domain/change-request/change-request.events.js';
import type { OpenRequest } from '../../src/domain/change-request/opening.js';
import { NO_REQUIREMENT, type Requirement } from '../../src/domain/change-request/requirement.js';
import type { ReviseRequest } from '../../src/domain/change-request/revising.js';

export const requestNames = {
  changeRequestId: 'cr-1',
  entityType: 'deployment',
  entityId: 'd-1',
  action: 'changeImportance',
} as const;

export const CRITICAL: Change = { action: 'changeImportance', importance: 'CRITICAL' };
export const LOW: Change = { action: 'changeImportance', importance: 'LOW' };
export const DIFF = { changesFrom: ['Importance: HIGH'], changesTo: ['Importance: CRITICAL'] };

const trigger: PolicyTrigger = {
  entityType: 'deployment',
  action: 'update',
  condition: null,
  filterGroups: null,
  labels: null,
};

export const policy = { policyId: 'p-1', version: 3, name: 'Two eyes', trigger } as const;

/** One approval of each group; without groups one of an approval admin. */
export const requiring = (groups: readonly string[], more: Partial<Requirement> = {}): Requirement => ({
  policy,
  groups: groups.map((groupId) => ({ groupId, name: groupId, memberCount: 0, members: [] })),
  approvalsRequired: Math.max(1, groups.length),
  reminderPeriod: null,
  automaticAction: null,
  ...more,
});

const facts = {
  ...requestNames,
  model: 'churn',
  name: 'prod',
  change: CRITICAL,
  changeVersionId: 'v-1',
  autoApply: false,
  comment: null,
  requesterId: 'u-req',
  requirement: requiring(['risk']),
} as const;

export const openRequest = (more: Partial<Omit<OpenRequest, 'type'>> = {}): OpenRequest => ({
  type: 'OpenRequest',
  ...facts,
  ...more,
});

export const opened = (more: Partial<ChangeRequestOpened['data']> = {}): ChangeRequestOpened => ({
  type: 'ChangeRequestOpened',
  data: { ...facts, status: more.requirement === NO_REQUIREMENT ? 'approved' : 'pending', ...more },
});

export const reviewer = (userId: string, ...groups: readonly string[]): Participant => ({
  userId,
  groups,
  isApprovalAdmin: false,
  isPerson: true,
});
export const admin: Participant = { userId: 'u-admin', groups: [], isApprovalAdmin: true, isPerson: true };
export const requester: Participant = reviewer('u-req', 'risk');

export const submit = (
  by: Participant,
  review: ReviewSubmitted['data']['review'] = 'approved',
  changeVersionId = 'v-1',
) =>
  ({
    type: 'SubmitReview',
    reviewId: `r-${by.userId}`,
    changeVersionId,
    review,
    comment: null,
    reviewer: by,
  }) as const;

export const submitted = (
  by: Participant,
  review: ReviewSubmitted['data']['review'],
  [before, after]: readonly [OpenStatus, OpenStatus],
  {
    groups = by.groups,
    changeVersionId = 'v-1',
  }: { groups?: readonly string[]; changeVersionId?: string } = {},
): ReviewSubmitted => ({
  type: 'ReviewSubmitted',
  data: {
    ...requestNames,
    reviewId: `r-${by.userId}`,
    changeVersionId,
    review,
    reviewerId: by.userId,
    groups,
    isApprovalAdmin: by.isApprovalAdmin,
    comment: null,
    status: { before, after },
  },
});

export const approvedBy = (
  approvals: readonly { reviewerId: string; groups: readonly string[] }[],
  {
    reason = 'reviews',
    changeVersionId = 'v-1',
  }: { reason?: 'reviews' | 'noPolicy' | 'automaticAction'; changeVersionId?: string } = {},
): ChangeRequestEvent => ({
  type: 'ChangeRequestApproved',
  data: {
    ...requestNames,
    changeVersionId,
    reason,
    approvals,
    policyId: reason === 'noPolicy' ? null : 'p-1',
    policyVersion: reason === 'noPolicy' ? null : 3,
  },
});

export const started = (
  startedBy: string | null = null,
  attempt = 1,
  change: Change = CRITICAL,
  changeVersionId = 'v-1',
): ChangeRequestEvent => ({
  type: 'ChangeApplicationStarted',
  data: { ...requestNames, attempt, changeVersionId, change, startedBy },
});

export const resolved = (resolvedBy: string | null = null, attempt = 1): ChangeRequestEvent => ({
  type: 'ChangeRequestResolved',
  data: { ...requestNames, attempt, changeVersionId: 'v-1', resolvedBy, diff: DIFF },
});

export const failed = (attempt = 1): ChangeRequestEvent => ({
  type: 'ChangeApplicationFailed',
  data: { ...requestNames, attempt, changeVersionId: 'v-1', code: 'gone', message: 'It is gone' },
});

export const cancelledBy = (
  by: string | null,
  reason: 'asked' | 'automaticAction' | 'entityRemoved' = 'asked',
): ChangeRequestEvent => ({
  type: 'ChangeRequestCancelled',
  data: { ...requestNames, changeVersionId: 'v-1', reason, cancelledBy: by, diff: DIFF },
});

export const revise = (more: Partial<ReviseRequest> = {}): ReviseRequest => ({
  type: 'ReviseRequest',
  userId: 'u-req',
  ...more,
});

export const toVersion = (
  change: Change,
  requirement: Requirement = requiring(['risk']),
  presentField: string | null = null,
): ReviseRequest['version'] => ({ change, changeVersionId: 'v-2', requirement, presentField });

/** The events that lead a request that the group `risk` must approve to a status. */
export const ledTo = (status: OpenStatus | 'resolved' | 'cancelled'): readonly ChangeRequestEvent[] => {
  const rita = reviewer('u-rita', 'risk');
  const approved = [
    opened(),
    submitted(rita, 'approved', ['pending', 'approved']),
    approvedBy([{ reviewerId: 'u-rita', groups: ['risk'] }]),
  ];
  switch (status) {
    case 'pending':
      return [opened()];
    case 'changesRequested':
      return [opened(), submitted(rita, 'changesRequested', ['pending', 'changesRequested'])];
    case 'approved':
      return approved;
    case 'resolved':
      return [...approved, started('u-req'), resolved('u-req')];
    case 'cancelled':
      return [opened(), cancelledBy('u-req')];
  }
};
