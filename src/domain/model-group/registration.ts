import { isGroupAdmin, type GroupUser } from './group-user.js';
import type { GroupFacts } from './model-group.events.js';
import { accessRefused } from './refusals.js';
import { addsAll, holdsAll, namesRoles, requireNoAccess, type SentAccess } from './sent-access.js';

type Access = Pick<GroupFacts, 'access' | 'backendRoles'>;

/** The checks of a restricted group, in their order. */
const restricted = (user: GroupUser, sent: SentAccess): Access => {
  const isAdmin = isGroupAdmin(user);
  const roles = sent.backendRoles ?? [];
  if (isAdmin && addsAll(sent)) throw accessRefused('adminAddsAll');
  if (!isAdmin && user.backendRoles.length === 0) throw accessRefused('callerWithoutRoles');
  if (!namesRoles(sent) && !addsAll(sent)) throw accessRefused('noRoles');
  if (namesRoles(sent) && addsAll(sent)) throw accessRefused('rolesAndAll');
  if (!isAdmin && !holdsAll(user, roles)) throw accessRefused('rolesNotHeld');
  return { access: 'restricted', backendRoles: addsAll(sent) ? user.backendRoles : roles };
};

/**
 * What a new group's access becomes; `user` is `null` where access control doesn't apply.
 * @throws DomainError `access-parameters`
 */
export const accessOfNewGroup = (user: GroupUser | null, sent: SentAccess): Access => {
  if (user === null) {
    requireNoAccess(sent);
    return { access: 'public', backendRoles: null };
  }
  const roles = namesRoles(sent);
  const all = addsAll(sent);
  switch (sent.mode) {
    case null:
      if (!roles && !all) return { access: 'private', backendRoles: null };
      if (roles && all) throw accessRefused('rolesAndAll');
      return restricted(user, sent);
    case 'public':
    case 'private':
      if (roles || all) throw accessRefused('rolesWithoutRestriction');
      return { access: sent.mode, backendRoles: null };
    case 'restricted':
      return restricted(user, sent);
  }
};
