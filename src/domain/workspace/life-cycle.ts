import { archived, claimOvertaken, isDefaultWorkspace, nameTaken, requireWorkspace } from './refusals.js';
import type { WorkspaceEvent } from './workspace.events.js';
import type { Workspace, WorkspaceState } from './workspace.state.js';

interface Addressed {
  readonly workspaceId: number;
}

/** A claim to a name, made before in the stream that reserves the name. */
interface Claim {
  readonly name: string;
  readonly claimId: string;
}

export interface CreateWorkspace extends Addressed, Claim {
  readonly type: 'CreateWorkspace';
  readonly createdBy: string;
  readonly now: string;
}

/** Whoever finds the reservation carries it out; the second one changes nothing. */
export interface ProvisionDefaultWorkspace extends Addressed {
  readonly type: 'ProvisionDefaultWorkspace';
  readonly ownerId: string;
  readonly name: string;
  readonly now: string;
}

/** Bars a claim that went no further. Refused when it came true. */
export interface AbandonNameClaim extends Addressed, Claim {
  readonly type: 'AbandonNameClaim';
}

export interface RenameWorkspace extends Addressed, Claim {
  readonly type: 'RenameWorkspace';
}

export interface ArchiveWorkspace extends Addressed {
  readonly type: 'ArchiveWorkspace';
}

export interface RestoreWorkspace extends Addressed {
  readonly type: 'RestoreWorkspace';
}

/** `2023-11-20T16:05:06.323Z` → `2023-11-20T16:05:06.323000+00:00` */
const inSixDigits = (now: string): string => `${now.slice(0, -1)}000+00:00`;

export const create = (
  { workspaceId, name, claimId, createdBy, now }: CreateWorkspace,
  { workspace, spentClaims }: WorkspaceState,
): readonly WorkspaceEvent[] => {
  if (spentClaims.includes(claimId)) throw claimOvertaken(name);
  if (workspace !== null) throw new Error(`workspace number ${workspaceId} was given out twice`);
  const createdAt = inSixDigits(now);
  return [{ type: 'WorkspaceCreated', data: { workspaceId, name, claimId, createdBy, createdAt } }];
};

export const provisionDefault = (
  { workspaceId, ownerId, name, now }: ProvisionDefaultWorkspace,
  { workspace }: WorkspaceState,
): readonly WorkspaceEvent[] => {
  if (workspace !== null) return [];
  const createdAt = inSixDigits(now);
  return [
    {
      type: 'DefaultWorkspaceProvisioned',
      data: { workspaceId, ownerId, createdAt, personal: { [ownerId]: { name } } },
    },
  ];
};

export const abandonClaim = (
  { workspaceId, name, claimId }: AbandonNameClaim,
  { workspace, spentClaims }: WorkspaceState,
): readonly WorkspaceEvent[] => {
  if (workspace?.claimId === claimId) throw nameTaken(name);
  if (spentClaims.includes(claimId)) return [];
  return [{ type: 'WorkspaceNameClaimAbandoned', data: { workspaceId, name, claimId } }];
};

/** The workspace, when it may be given another name; asked before a name is claimed for it, too. */
export const requireRenamable = (state: WorkspaceState, workspaceId: number): Workspace => {
  const workspace = requireWorkspace(state, workspaceId);
  if (workspace.defaultOf !== null) throw isDefaultWorkspace(workspaceId, 'renamed');
  if (workspace.archived) throw archived(workspaceId);
  return workspace;
};

export const rename = (
  { workspaceId, name, claimId }: RenameWorkspace,
  state: WorkspaceState,
): readonly WorkspaceEvent[] => {
  const { name: before } = requireRenamable(state, workspaceId);
  if (before === name) return [];
  if (state.spentClaims.includes(claimId)) throw claimOvertaken(name);
  return [{ type: 'WorkspaceRenamed', data: { workspaceId, before, after: name, claimId } }];
};

export const archive = (
  { workspaceId }: ArchiveWorkspace,
  state: WorkspaceState,
): readonly WorkspaceEvent[] => {
  const { name, defaultOf, archived: already } = requireWorkspace(state, workspaceId);
  if (defaultOf !== null) throw isDefaultWorkspace(workspaceId, 'archived');
  return already ? [] : [{ type: 'WorkspaceArchived', data: { workspaceId, name } }];
};

export const restore = (
  { workspaceId }: RestoreWorkspace,
  state: WorkspaceState,
): readonly WorkspaceEvent[] => {
  const { name, archived: isArchived } = requireWorkspace(state, workspaceId);
  return isArchived ? [{ type: 'WorkspaceRestored', data: { workspaceId, name } }] : [];
};
