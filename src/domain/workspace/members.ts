import {
  archived,
  differentUsers,
  lastOwner,
  MOST_MEMBERS,
  ownDefaultWorkspace,
  requireWorkspace,
  tooManyMembers,
  userAmbiguous,
  userDisabled,
  userNotFound,
} from './refusals.js';
import type { UserType, WorkspaceEvent } from './workspace.events.js';
import { isLastOwner, typeOfMember, type WorkspaceState } from './workspace.state.js';

/** Whom a caller means, as the directory knows people at the moment. `named`: his words, for the refusal. */
export type NamedUser =
  | { readonly status: 'known'; readonly userId: string; readonly enabled: boolean; readonly named: string }
  /** Not in the directory; with an id that may still be a member's. */
  | { readonly status: 'unknown'; readonly userId: string | null; readonly named: string }
  | { readonly status: 'ambiguous'; readonly named: string }
  | { readonly status: 'contradictory' };

export interface AddMember {
  readonly type: 'AddMember';
  readonly workspaceId: number;
  readonly user: NamedUser;
  /** `null`: a collaborator when new; whoever is in it stays what he is. */
  readonly userType: UserType | null;
}

export interface RemoveMember {
  readonly type: 'RemoveMember';
  readonly workspaceId: number;
  readonly user: NamedUser;
}

const requireOnePerson = (user: NamedUser): Exclude<NamedUser, { status: 'ambiguous' | 'contradictory' }> => {
  if (user.status === 'contradictory') throw differentUsers();
  if (user.status === 'ambiguous') throw userAmbiguous(user.named);
  return user;
};

export const addMember = (
  { workspaceId, user, userType }: AddMember,
  state: WorkspaceState,
): readonly WorkspaceEvent[] => {
  const workspace = requireWorkspace(state, workspaceId);
  if (workspace.archived) throw archived(workspaceId);
  const person = requireOnePerson(user);
  if (person.status === 'unknown') throw userNotFound(person.named);
  if (!person.enabled) throw userDisabled(person.named);
  const { userId } = person;
  const present = typeOfMember(workspace, userId);
  if (present === undefined) {
    if (workspace.members.length >= MOST_MEMBERS) throw tooManyMembers(workspaceId);
    const added = userType ?? 'COLLABORATOR';
    return [{ type: 'WorkspaceMemberAdded', data: { workspaceId, userId, userType: added } }];
  }
  if (userType === null || userType === present) return [];
  if (isLastOwner(workspace, userId)) throw lastOwner();
  return [
    {
      type: 'WorkspaceMemberRoleChanged',
      data: { workspaceId, userId, before: present, after: userType },
    },
  ];
};

/** Who is no member need not be removed: nothing happens then. Also from one that is archived. */
export const removeMember = (
  { workspaceId, user }: RemoveMember,
  state: WorkspaceState,
): readonly WorkspaceEvent[] => {
  const workspace = requireWorkspace(state, workspaceId);
  const { userId } = requireOnePerson(user);
  const userType = userId === null ? undefined : typeOfMember(workspace, userId);
  if (userId === null || userType === undefined) return [];
  if (workspace.defaultOf === userId) throw ownDefaultWorkspace();
  if (isLastOwner(workspace, userId)) throw lastOwner();
  return [{ type: 'WorkspaceMemberRemoved', data: { workspaceId, userId, userType } }];
};
