import {
  opens,
  SECURITY_ROLES,
  type GroupCall,
  type GroupUser,
  type SecurityRole,
} from '../../domain/model-group/group-user.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import type { Principal } from '../../platform/auth/principal.js';
import type { Config } from '../../platform/config/config.js';

/** Realm roles of those names; governance administrators have access to all. */
const securityRolesOf = ({ realmRoles, isAdmin }: Principal): readonly SecurityRole[] =>
  SECURITY_ROLES.filter((role) => realmRoles.includes(role) || (role === 'all_access' && isAdmin));

/** Whose rights on groups count; `null` where access control is off, and for the platform, which is no user. */
export const groupUserOf = (
  principal: Principal,
  { modelAccessControl }: Pick<Config, 'modelAccessControl'>,
): GroupUser | null => {
  const { userId, username, backendRoles } = principal;
  if (!modelAccessControl || userId === null) return null;
  return { userId, name: username ?? userId, backendRoles, securityRoles: securityRolesOf(principal) };
};

/** Whether the caller's roles open the call, also while access control is off. @throws DomainError `forbidden` */
export const requireOpen = (principal: Principal, call: GroupCall): void => {
  if (principal.kind === 'platform' || opens(securityRolesOf(principal), call)) return;
  throw new DomainError(
    'forbidden',
    'model-group-call',
    `The caller's roles do not open this call: ${call}`,
    {
      call,
      name: principal.username ?? principal.userId,
      backendRoles: principal.backendRoles,
    },
  );
};
