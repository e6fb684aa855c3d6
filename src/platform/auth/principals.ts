import type { Principal } from './principal.js';
import { comparableRoles, type TokenClaims } from './claims.js';
import type { HeldUser } from './role-source.js';

/** What the configuration says about whose roles count for what. */
export interface RoleRules {
  /** Our own client at the identity provider, whose roles count as plain names. */
  readonly ownClient: string | null;
  readonly adminRoles: readonly string[];
  readonly approvalAdminRoles: readonly string[];
}

/** Keycloak names the user behind a client's own credentials so. */
const SERVICE_ACCOUNT = 'service-account-';

const kindOf = (username: string | null): Principal['kind'] =>
  username?.startsWith(SERVICE_ACCOUNT) === true ? 'service_account' : 'user';

const ruledBy = (
  { ownClient, adminRoles, approvalAdminRoles }: RoleRules,
  { realmRoles, clientRoles }: Pick<HeldUser, 'realmRoles' | 'clientRoles'>,
): Pick<Principal, 'roles' | 'isAdmin' | 'isApprovalAdmin'> => ({
  roles: comparableRoles(realmRoles, clientRoles, ownClient),
  isAdmin: realmRoles.some((role) => adminRoles.includes(role)),
  isApprovalAdmin: realmRoles.some((role) => approvalAdminRoles.includes(role)),
});

export const principalOfToken = (claims: TokenClaims, tokenId: string, rules: RoleRules): Principal => {
  const { userId, username, displayName, realmRoles, clientRoles, backendRoles, scopes } = claims;
  const email = claims.email?.toLowerCase() ?? null;
  return {
    kind: kindOf(username),
    userId,
    username,
    email,
    verifiedEmail: claims.emailVerified ? email : null,
    displayName,
    ...ruledBy(rules, claims),
    realmRoles,
    clientRoles,
    groups: claims.groups ?? [],
    backendRoles,
    scopes,
    clientId: claims.clientId,
    sessionId: claims.sessionId,
    credentialType: 'jwt',
    credentialId: tokenId,
  };
};

/** A user as his key presents him: with the roles he holds now. */
export const principalOfUser = (user: HeldUser, pskId: string, rules: RoleRules): Principal => {
  const email = user.email?.toLowerCase() ?? null;
  const names = [user.firstName, user.lastName].filter((name) => name !== null);
  return {
    kind: kindOf(user.username),
    userId: user.userId,
    username: user.username,
    email,
    verifiedEmail: user.emailVerified ? email : null,
    displayName: names.length > 0 ? names.join(' ') : null,
    ...ruledBy(rules, user),
    realmRoles: user.realmRoles,
    clientRoles: user.clientRoles,
    groups: user.groups,
    backendRoles: user.backendRoles,
    scopes: [],
    clientId: null,
    sessionId: null,
    credentialType: 'user_psk',
    credentialId: pskId,
  };
};

/** The serving platform: nobody's roles, and so no administrator by role either; rules name it by its kind. */
export const platformPrincipal = (credentialId: string): Principal => ({
  kind: 'platform',
  userId: null,
  username: null,
  email: null,
  verifiedEmail: null,
  displayName: null,
  roles: [],
  isAdmin: false,
  isApprovalAdmin: false,
  realmRoles: [],
  clientRoles: {},
  groups: [],
  backendRoles: [],
  scopes: [],
  clientId: null,
  sessionId: null,
  credentialType: 'platform_psk',
  credentialId,
});
