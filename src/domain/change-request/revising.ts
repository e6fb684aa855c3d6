import { DomainError } from '../shared/domain-error.js';
import { sameChange, type Change } from './change.js';
import type { ChangeRequestEvent, ChangeRequestRevised, OpenStatus } from './change-request.events.js';
import { namesOf, type ChangeRequest } from './change-request.state.js';
import { approved, startBy } from './opening.js';
import { forbidden, nothingToChange, requireWritable } from './refusals.js';
import type { Requirement } from './requirement.js';

export interface ReviseRequest {
  readonly type: 'ReviseRequest';
  readonly userId: string;
  /** Absent: stays. */
  readonly autoApply?: boolean;
  readonly comment?: string;
  readonly version?: {
    readonly change: Change;
    /** Taken when the change is another one. */
    readonly changeVersionId: string;
    readonly requirement: Requirement;
    /** The field that the deployment has already as the change would have it, if any. */
    readonly presentField: string | null;
  };
}

type Revision = ChangeRequestRevised['data'];

const newVersion = (
  { version }: ReviseRequest,
  { change: before }: ChangeRequest,
): Revision['version'] | undefined => {
  if (version === undefined || sameChange(version.change, before)) return undefined;
  if (version.presentField !== null) throw nothingToChange(version.presentField);
  const { change: after, changeVersionId, requirement } = version;
  return { changeVersionId, before, after, requirement };
};

const requireSameAction = ({ version }: ReviseRequest, { action }: ChangeRequest): void => {
  if (version === undefined || version.change.action === action) return;
  throw new DomainError('invalid', 'action-fixed', `The action of this request is ${action} and stays so`, {
    field: 'change',
  });
};

/** What follows when the revised request is approved. */
const goOn = (request: ChangeRequest, { version, autoApply }: Revision): readonly ChangeRequestEvent[] => {
  if (version !== undefined) {
    if (version.requirement.approvalsRequired > 0) return [];
    const { after: change, changeVersionId, requirement } = version;
    const next = { ...request, change, changeVersionId, requirement };
    return approved({ ...next, autoApply: autoApply?.after ?? request.autoApply }, 'noPolicy');
  }
  return request.status === 'approved' && autoApply?.after === true ? [startBy(request, null)] : [];
};

export const revise = (command: ReviseRequest, request: ChangeRequest): readonly ChangeRequestEvent[] => {
  requireSameAction(command, request);
  if (command.userId !== request.requesterId)
    throw forbidden('not-the-requester', 'Only the requester can update this change request.');
  requireWritable(request);

  const before = request.status as OpenStatus;
  const version = newVersion(command, request);
  const { comment, autoApply } = command;
  const changed = {
    ...(version && { version }),
    ...(comment !== undefined &&
      comment !== request.comment && { comment: { before: request.comment, after: comment } }),
    ...(autoApply !== undefined &&
      autoApply !== request.autoApply && { autoApply: { before: request.autoApply, after: autoApply } }),
  };
  if (Object.keys(changed).length === 0) return [];

  let after = before;
  if (version !== undefined) after = version.requirement.approvalsRequired === 0 ? 'approved' : 'pending';
  const data: Revision = { ...namesOf(request), ...changed, status: { before, after } };
  return [{ type: 'ChangeRequestRevised', data }, ...goOn(request, data)];
};
