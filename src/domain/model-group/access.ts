import { isGroupAdmin, type GroupUser } from './group-user.js';
import type { GroupFacts } from './model-group.events.js';

/** What of a group decides who may use it. */
export type GuardedGroup = Pick<GroupFacts, 'access' | 'backendRoles'> & { readonly ownerId: string | null };

/** By id: a renamed owner keeps the group, and nobody inherits it with a user name. */
export const isGroupOwner = ({ userId }: GroupUser, { ownerId }: Pick<GuardedGroup, 'ownerId'>): boolean =>
  ownerId === userId;

export const sharesRole = (
  { backendRoles: held }: GroupUser,
  { backendRoles }: Pick<GuardedGroup, 'backendRoles'>,
): boolean => (backendRoles ?? []).some((role) => held.includes(role));

/**
 * Whether somebody may read the group, delete it, and use its models. `null` stands for whoever access control doesn't
 * apply to. A group without owner stays open to everybody, whatever mode it was given later; of a restricted one being the
 * owner is not enough.
 */
export const mayUseGroup = (user: GroupUser | null, group: GuardedGroup): boolean => {
  if (user === null || isGroupAdmin(user) || group.ownerId === null) return true;
  switch (group.access) {
    case 'public':
      return true;
    case 'private':
      return isGroupOwner(user, group);
    case 'restricted':
      return sharesRole(user, group);
  }
};
