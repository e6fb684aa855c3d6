import type { AddPeriod } from '../shared/durations.js';
import { statusBy } from './approval.js';
import { cancelled } from './cancelling.js';
import type { ChangeRequestEvent, Diff, OpenStatus } from './change-request.events.js';
import { isOpen, namesOf, type ChangeRequest } from './change-request.state.js';
import { approved } from './opening.js';

export interface SendReminder {
  readonly type: 'SendReminder';
  /** What the due time was counted from: the last reminder, else the creation. Another one since: it was sent before. */
  readonly anchor: string;
  readonly dueAt: string;
  /** Whoever may review and has given no verdict on this version. */
  readonly recipients: readonly string[];
}

export interface TakeAutomaticAction {
  readonly type: 'TakeAutomaticAction';
  /** The version whose requirement the due time was counted by. */
  readonly changeVersionId: string;
  readonly dueAt: string;
  /** Whether the policy was active when it came due, and is still. */
  readonly policyActive: boolean;
  readonly diff: Diff;
}

export interface DueTimes {
  readonly reminder: string | null;
  readonly automaticAction: string | null;
}

export const reminderAnchor = ({ lastReminderAt, createdAt }: ChangeRequest): string =>
  lastReminderAt ?? createdAt;

const awaitsReview = ({ status }: ChangeRequest): boolean =>
  status === 'pending' || status === 'changesRequested';

const reminderDue = (request: ChangeRequest, add: AddPeriod): string | null => {
  const { reminderPeriod } = request.requirement;
  if (reminderPeriod === null || !awaitsReview(request)) return null;
  return add(reminderAnchor(request), reminderPeriod);
};

/** Counted from the creation, whatever happens since. One that lay in the past when its version was made never comes. */
const automaticActionDue = (request: ChangeRequest, add: AddPeriod): string | null => {
  const { requirement, automaticActionJudged, createdAt, versionIds, versionSince } = request;
  if (requirement.automaticAction === null || automaticActionJudged || !isOpen(request)) return null;
  const due = add(createdAt, requirement.automaticAction.period);
  return versionIds.length > 1 && Date.parse(due) <= Date.parse(versionSince) ? null : due;
};

/** When the request is acted on if nobody does; `null`: never, as things stand. */
export const dueTimes = (request: ChangeRequest, add: AddPeriod): DueTimes => ({
  reminder: reminderDue(request, add),
  automaticAction: automaticActionDue(request, add),
});

export const sendReminder = (
  { anchor, dueAt, recipients }: SendReminder,
  request: ChangeRequest,
): readonly ChangeRequestEvent[] => {
  const { requirement, changeVersionId } = request;
  const isDue = requirement.reminderPeriod !== null && reminderAnchor(request) === anchor;
  if (!isDue || !awaitsReview(request) || recipients.length === 0) return [];
  const policyId = requirement.policy?.policyId ?? null;
  return [
    {
      type: 'ReviewReminderSent',
      data: { ...namesOf(request), changeVersionId, policyId, dueAt, recipients },
    },
  ];
};

/** Judged once: taken, or skipped for good. An automatic approval does not lift what a reviewer asked to be changed. */
export const takeAutomaticAction = (
  { changeVersionId, dueAt, policyActive, diff }: TakeAutomaticAction,
  request: ChangeRequest,
): readonly ChangeRequestEvent[] => {
  const { policy, automaticAction } = request.requirement;
  if (policy === null || automaticAction === null || request.automaticActionJudged) return [];
  if (!isOpen(request) || request.changeVersionId !== changeVersionId) return [];
  const due = {
    ...namesOf(request),
    changeVersionId,
    policyId: policy.policyId,
    policyVersion: policy.version,
    automaticAction,
    dueAt,
  };
  if (!policyActive || request.applying !== null) {
    const reason = policyActive ? 'beingApplied' : 'policyInactive';
    return [{ type: 'AutomaticActionSkipped', data: { ...due, reason } }];
  }
  const before = request.status as OpenStatus;
  if (automaticAction.action === 'cancel') {
    return [
      { type: 'PolicyAutoActioned', data: { ...due, status: { before, after: 'cancelled' } } },
      cancelled(request, 'automaticAction', null, diff),
    ];
  }
  const after = statusBy({ ...request, systemApproval: true });
  const actioned: ChangeRequestEvent = {
    type: 'PolicyAutoActioned',
    data: { ...due, status: { before, after } },
  };
  return after === 'approved' && before !== 'approved'
    ? [actioned, ...approved(request, 'automaticAction', request.verdicts)]
    : [actioned];
};
