import type { Caller } from '../shared/caller.js';
import { ownerRequired, requireWorkspace, workspaceNotFound } from './refusals.js';
import { typeOfMember, type Workspace, type WorkspaceState } from './workspace.state.js';

/** Governs every workspace: administrators, and the platform's key. */
export const governsAll = ({ isAdmin, kind }: Caller): boolean => isAdmin || kind === 'platform';

const typeOfCaller = ({ userId }: Caller, workspace: Workspace) =>
  userId === null ? undefined : typeOfMember(workspace, userId);

export const maySee = (caller: Caller, workspace: Workspace): boolean =>
  governsAll(caller) || typeOfCaller(caller, workspace) !== undefined;

const mayManage = (caller: Caller, workspace: Workspace): boolean =>
  governsAll(caller) || typeOfCaller(caller, workspace) === 'OWNER';

/** @throws DomainError `workspace-not-found` when there is none, or none that the caller may see */
export const requireVisible = (state: WorkspaceState, workspaceId: number, caller: Caller): Workspace => {
  const workspace = requireWorkspace(state, workspaceId);
  if (!maySee(caller, workspace)) throw workspaceNotFound(workspaceId);
  return workspace;
};

/** Renaming, archiving, restoring. */
export const requireOwner = (state: WorkspaceState, workspaceId: number, caller: Caller): void => {
  if (!mayManage(caller, requireVisible(state, workspaceId, caller)))
    throw ownerRequired('workspace', workspaceId);
};

/** Adding and removing; whoever is in it may leave, so a member may name himself. */
export const requireMayChangeMember = (
  state: WorkspaceState,
  workspaceId: number,
  caller: Caller,
  leaving: boolean,
): void => {
  const workspace = requireVisible(state, workspaceId, caller);
  if (!leaving && !mayManage(caller, workspace)) throw ownerRequired('members of workspace', workspaceId);
};
