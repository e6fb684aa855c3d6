import type { OpenStatus } from './change-request.events.js';
import type { ChangeRequest, HeldRequirement, Verdict } from './change-request.state.js';

/** Whoever looks at a request or writes to it. */
export interface Participant {
  /** User id; `platform` for the platform's key. */
  readonly userId: string;
  /** Ids of the groups he is a member of now. */
  readonly groups: readonly string[];
  readonly isApprovalAdmin: boolean;
  /** False for the platform's key: a key can't stand in for somebody else's judgement. */
  readonly isPerson: boolean;
}

/** Those of the required groups that he may stand for. */
export const groupsStoodFor = (
  { groups }: Pick<HeldRequirement, 'groups'>,
  participant: Pick<Participant, 'groups'>,
): readonly string[] =>
  groups.map(({ groupId }) => groupId).filter((groupId) => participant.groups.includes(groupId));

/** Members of the required groups; where none is required, approval admins. */
export const isEligible = (
  requirement: Pick<HeldRequirement, 'groups'>,
  participant: Participant,
): boolean => {
  if (!participant.isPerson) return false;
  if (requirement.groups.length === 0) return participant.isApprovalAdmin;
  return groupsStoodFor(requirement, participant).length > 0;
};

type Standing = Pick<ChangeRequest, 'requirement' | 'verdicts' | 'systemApproval'>;

export const approvalsIn = (
  verdicts: readonly Verdict[],
): readonly { readonly reviewerId: string; readonly groups: readonly string[] }[] =>
  verdicts
    .filter(({ verdict }) => verdict === 'approved')
    .map(({ reviewerId, groups }) => ({ reviewerId, groups }));

const isComplete = ({ requirement, verdicts, systemApproval }: Standing): boolean => {
  if (systemApproval) return true;
  const approvals = approvalsIn(verdicts);
  return (
    approvals.length >= requirement.approvalsRequired &&
    requirement.groups.every(({ groupId }) => approvals.some(({ groups }) => groups.includes(groupId)))
  );
};

/**
 * What the verdicts on the current version come to: one that asks for changes blocks; otherwise it takes as many people
 * as are required, among them one of each required group, or the policy's automatic approval in place of all that lack.
 */
export const statusBy = (standing: Standing): OpenStatus => {
  if (standing.verdicts.some(({ verdict }) => verdict === 'changesRequested')) return 'changesRequested';
  return isComplete(standing) ? 'approved' : 'pending';
};

/** The verdicts after one more: of each reviewer only the latest counts. */
export const withVerdict = (verdicts: readonly Verdict[], verdict: Verdict): readonly Verdict[] => [
  ...verdicts.filter(({ reviewerId }) => reviewerId !== verdict.reviewerId),
  verdict,
];
