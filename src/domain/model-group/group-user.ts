/** Whose rights count on model groups, while access control applies. */
export interface GroupUser {
  readonly userId: string;
  /** As shown of an owner. */
  readonly name: string;
  /** As held now. */
  readonly backendRoles: readonly string[];
  readonly securityRoles: readonly SecurityRole[];
}

/** Realm roles that open calls; `all_access` makes its holder an administrator of all groups. */
export const SECURITY_ROLES = ['all_access', 'ml_full_access', 'ml_read_access'] as const;
export type SecurityRole = (typeof SECURITY_ROLES)[number];

export type GroupCall = 'register' | 'get' | 'search' | 'update' | 'delete';

const READING: ReadonlySet<GroupCall> = new Set(['get', 'search']);

/** Whether roles open a call at all, whatever group it is about. */
export const opens = (roles: readonly SecurityRole[], call: GroupCall): boolean =>
  roles.includes('all_access') ||
  roles.includes('ml_full_access') ||
  (READING.has(call) && roles.includes('ml_read_access'));

export const isGroupAdmin = ({ securityRoles }: GroupUser): boolean => securityRoles.includes('all_access');
