import { DomainError } from '../shared/domain-error.js';
import type { WorkspaceState, Workspace } from './workspace.state.js';

/** Most members of one workspace: lists of them are answered whole. */
export const MOST_MEMBERS = 1_000;

/** The same for one that does not exist and one that the caller may not see: numbers are easily guessed. */
export const workspaceNotFound = (workspaceId: number): DomainError =>
  new DomainError('not-found', 'workspace-not-found', `Workspace ${workspaceId} not found`);

export const nameTaken = (name: string): DomainError =>
  new DomainError('conflict', 'workspace-name-taken', `Workspace name "${name}" is already in use`);

/** A claim to a name did not come true; whoever made it makes another one, or finds the name taken. */
export const claimOvertaken = (name: string): DomainError =>
  new DomainError(
    'conflict',
    'workspace-name-claim-overtaken',
    `Another claim to workspace name "${name}" went ahead of this one`,
  );

export const ownerRequired = (what: string, workspaceId: number): DomainError =>
  new DomainError('forbidden', 'owner-required', `Only an owner may change ${what} ${workspaceId}`);

export const archived = (workspaceId: number): DomainError =>
  new DomainError('conflict', 'workspace-archived', `Workspace ${workspaceId} is archived`);

export const lastOwner = (): DomainError =>
  new DomainError('conflict', 'last-owner', 'The last owner of a workspace cannot be removed');

export const ownDefaultWorkspace = (): DomainError =>
  new DomainError(
    'conflict',
    'default-workspace-owner',
    'User cannot be removed from their default workspace',
  );

export const isDefaultWorkspace = (workspaceId: number, what: 'archived' | 'renamed'): DomainError =>
  new DomainError(
    'conflict',
    'default-workspace',
    `Workspace ${workspaceId} is a default workspace and cannot be ${what}`,
  );

export const tooManyMembers = (workspaceId: number): DomainError =>
  new DomainError(
    'conflict',
    'too-many-members',
    `Workspace ${workspaceId} has ${MOST_MEMBERS} members and can have no more`,
  );

export const userNotFound = (named: string): DomainError =>
  new DomainError('invalid', 'unknown-user', `User ${named} not found`);

export const userDisabled = (named: string): DomainError =>
  new DomainError('invalid', 'user-disabled', `User ${named} is disabled`);

export const userAmbiguous = (email: string): DomainError =>
  new DomainError(
    'invalid',
    'ambiguous-user',
    `More than one user has the email ${email}: name one by user_id`,
  );

export const differentUsers = (): DomainError =>
  new DomainError('invalid', 'different-users', 'email and user_id name different users');

export const requireWorkspace = ({ workspace }: WorkspaceState, workspaceId: number): Workspace => {
  if (workspace === null) throw workspaceNotFound(workspaceId);
  return workspace;
};
