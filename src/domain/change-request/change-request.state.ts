import type { Change } from './change.js';
import type { ChangeRequestStatus, Diff, RequestNames } from './change-request.events.js';
import type { PinnedGroup, Requirement } from './requirement.js';

/** The latest verdict of one reviewer on the current version. */
export interface Verdict {
  readonly reviewerId: string;
  readonly verdict: 'approved' | 'changesRequested';
  /** Those of the required groups that he stood for. */
  readonly groups: readonly string[];
}

/** A requirement as rules look at it; who the members of its groups were stands in the events alone. */
export type HeldRequirement = Omit<Requirement, 'groups'> & {
  readonly groups: readonly Pick<PinnedGroup, 'groupId' | 'name'>[];
};

export interface ChangeRequest extends RequestNames {
  readonly phase: 'opened';
  readonly model: string;
  readonly name: string;
  readonly change: Change;
  readonly changeVersionId: string;
  /** All there were, the current one last. */
  readonly versionIds: readonly string[];
  /** When the current version was made. */
  readonly versionSince: string;
  readonly requirement: HeldRequirement;
  readonly autoApply: boolean;
  readonly comment: string | null;
  readonly requesterId: string;
  readonly status: ChangeRequestStatus;
  /** Both `null`: the system set the status. */
  readonly statusChangedBy: string | null;
  readonly statusChangedAt: string | null;
  readonly verdicts: readonly Verdict[];
  /** The policy's automatic action stands in for approvals that this version lacks. */
  readonly systemApproval: boolean;
  readonly automaticActionJudged: boolean;
  readonly lastReminderAt: string | null;
  /** The try that is under way. */
  readonly applying: { readonly attempt: number; readonly startedBy: string | null } | null;
  readonly attempts: number;
  /** How the last try failed; `null` when it did not, or a newer one is under way. */
  readonly failure: { readonly attempt: number; readonly code: string; readonly message: string } | null;
  readonly createdAt: string;
  /** Last revision or status change; `null`: none since it was opened. */
  readonly modifiedAt: string | null;
  readonly modifiedBy: string | null;
  readonly processedAt: string | null;
  /** Frozen when the request was resolved or cancelled. */
  readonly diff: Diff | null;
}

export type ChangeRequestState =
  | ChangeRequest
  /** Nothing has happened under this id. */
  | { readonly phase: 'unopened' }
  /** Nothing ever will. */
  | { readonly phase: 'abandoned' };

export const initialState: ChangeRequestState = { phase: 'unopened' };

export const isOpened = (state: ChangeRequestState): state is ChangeRequest => state.phase === 'opened';

export const isOpen = ({ status }: Pick<ChangeRequest, 'status'>): boolean =>
  status !== 'resolved' && status !== 'cancelled';

export const namesOf = ({ changeRequestId, entityType, entityId, action }: RequestNames): RequestNames => ({
  changeRequestId,
  entityType,
  entityId,
  action,
});
