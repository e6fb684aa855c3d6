import { isGroupOwner, sharesRole, type GuardedGroup } from './access.js';
import { isGroupAdmin, type GroupUser } from './group-user.js';
import type { GroupFacts } from './model-group.events.js';
import { accessRefused, updateRefused } from './refusals.js';
import { addsAll, holdsAll, namesRoles, requireNoAccess, type SentAccess } from './sent-access.js';

export interface GroupChange {
  /** `null`: unchanged. */
  readonly name: string | null;
  readonly description: string | null;
  readonly access: SentAccess;
}

const speaksOfAccess = ({ mode, backendRoles, addAllBackendRoles }: SentAccess): boolean =>
  mode !== null || backendRoles !== null || addAllBackendRoles !== null;

/** Who may change what of the group, in the order of the checks. */
const requireMayUpdate = (user: GroupUser, group: GuardedGroup, sent: SentAccess): void => {
  const isAdmin = isGroupAdmin(user);
  const isOwner = isGroupOwner(user, group);
  const shares = sharesRole(user, group);
  if (speaksOfAccess(sent) && !isOwner && !isAdmin) throw updateRefused('accessData');
  const isClosed = group.access === 'private' || (group.access === 'restricted' && !shares);
  if (!isAdmin && !isOwner && isClosed) throw updateRefused('notPermitted');
  if (!isAdmin && isOwner && group.access === 'restricted' && !shares) throw updateRefused('roleLost');
};

/** Whether the access parameters can be meant so by this caller, in the order of the checks. */
const requireSensible = (user: GroupUser, sent: SentAccess): void => {
  const isAdmin = isGroupAdmin(user);
  const roles = namesRoles(sent);
  const all = addsAll(sent);
  if (sent.mode === 'public' || sent.mode === 'private') {
    if (roles || all) throw accessRefused('rolesWithoutRestriction');
    return;
  }
  if (isAdmin && all) throw accessRefused('adminAddsAll');
  if (all && user.backendRoles.length === 0) throw accessRefused('allOfNone');
  if (!roles && sent.addAllBackendRoles === false) throw accessRefused('allIsFalse');
  if (roles && all) throw accessRefused('rolesAndAll');
  // An empty list alone would lock everybody out but administrators.
  if (!roles && !all && (sent.mode === 'restricted' || sent.backendRoles !== null))
    throw accessRefused('noRoles');
  if (!isAdmin && !holdsAll(user, sent.backendRoles ?? [])) throw accessRefused('rolesNotHeld');
};

const accessAfter = (
  user: GroupUser,
  { access, backendRoles }: GroupFacts,
  sent: SentAccess,
): Pick<GroupFacts, 'access' | 'backendRoles'> => {
  if (sent.mode === 'public' || sent.mode === 'private') return { access: sent.mode, backendRoles: [] };
  if (addsAll(sent)) return { access: 'restricted', backendRoles: user.backendRoles };
  if (namesRoles(sent)) return { access: 'restricted', backendRoles: sent.backendRoles };
  return { access, backendRoles };
};

/**
 * What the group says after the change; `user` is `null` where access control doesn't apply. Whether the name is free is
 * asked afterwards.
 * @throws DomainError `update-not-permitted`, `access-parameters`
 */
export const factsAfter = (
  user: GroupUser | null,
  group: GroupFacts & GuardedGroup,
  { name, description, access: sent }: GroupChange,
): GroupFacts => {
  const after = { name: name ?? group.name, description: description ?? group.description };
  if (user === null) {
    requireNoAccess(sent);
    return { ...after, access: group.access, backendRoles: group.backendRoles };
  }
  requireMayUpdate(user, group, sent);
  requireSensible(user, sent);
  return { ...after, ...accessAfter(user, group, sent) };
};
