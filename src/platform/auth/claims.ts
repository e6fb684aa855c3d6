import type { TokenEntry } from '../../domain/directory/user.decider.js';
import { isJsonObject, isLine, type JsonObject } from './outside-json.js';

/** What a verified token says, in the shapes we keep; wrong types count as absent. */
export interface TokenClaims extends TokenEntry {
  readonly userId: string;
  readonly displayName: string | null;
  readonly scopes: readonly string[];
  readonly clientId: string | null;
  readonly sessionId: string | null;
  readonly tokenId: string | null;
}

/** Roles that everybody has or that only the identity provider's own account pages use: they say nothing here. */
const NOISE_ROLES: ReadonlySet<string> = new Set(['offline_access', 'uma_authorization']);
const NOISE_CLIENT = 'account';

const textOrNull = (value: unknown): string | null => (isLine(value) ? value : null);

/** Only a list of texts is a list of roles: `"admin"` or `[["admin"]]` is none. */
const texts = (value: unknown): readonly string[] | null =>
  Array.isArray(value) && value.every(isLine) ? value : null;

/** `https://host/realms/<realm>` */
const realmOf = (issuer: string): string => issuer.replace(/\/$/, '').split('/').at(-1) ?? '';

export const withoutNoiseRoles = (roles: readonly string[], issuer: string): readonly string[] => {
  const defaultRoles = `default-roles-${realmOf(issuer).toLowerCase()}`;
  return roles.filter((role) => !NOISE_ROLES.has(role) && role.toLowerCase() !== defaultRoles);
};

const clientRolesIn = (resourceAccess: unknown): Record<string, readonly string[]> => {
  if (!isJsonObject(resourceAccess)) return {};
  return Object.fromEntries(
    Object.entries(resourceAccess).flatMap(([client, access]) => {
      const roles = client !== NOISE_CLIENT && isJsonObject(access) ? (texts(access['roles']) ?? []) : [];
      return roles.length > 0 ? [[client, roles] as const] : [];
    }),
  );
};

const rolesIn = (realmAccess: unknown, issuer: string): readonly string[] =>
  isJsonObject(realmAccess) ? withoutNoiseRoles(texts(realmAccess['roles']) ?? [], issuer) : [];

const backendRolesIn = (claim: unknown): readonly string[] | null => (isLine(claim) ? [claim] : texts(claim));

export const readClaims = (
  payload: JsonObject & { readonly sub: string; readonly iat: number },
  issuer: string,
  ownClient: string | null,
): TokenClaims => {
  const realmRoles = rolesIn(payload['realm_access'], issuer);
  const clientRoles = clientRolesIn(payload['resource_access']);
  return {
    userId: payload.sub,
    username: textOrNull(payload['preferred_username']),
    email: textOrNull(payload['email']),
    emailVerified: payload['email_verified'] === undefined || payload['email_verified'] === true,
    firstName: textOrNull(payload['given_name']),
    lastName: textOrNull(payload['family_name']),
    displayName: textOrNull(payload['name']),
    realmRoles,
    clientRoles,
    groups: texts(payload['groups']),
    backendRoles:
      backendRolesIn(payload['backend_roles']) ?? backendRoles(realmRoles, clientRoles, ownClient),
    scopes: textOrNull(payload['scope'])?.split(' ').filter(Boolean) ?? [],
    clientId: textOrNull(payload['azp']),
    sessionId: textOrNull(payload['sid']),
    tokenId: textOrNull(payload['jti']),
    issuedAt: new Date(payload.iat * 1000).toISOString(),
  };
};

/** What stands in for backend roles where nothing names them. */
export const backendRoles = (
  realmRoles: readonly string[],
  clientRoles: Readonly<Record<string, readonly string[]>>,
  ownClient: string | null,
): readonly string[] => [...realmRoles, ...rolesOfClient(clientRoles, ownClient)];

const rolesOfClient = (
  clientRoles: Readonly<Record<string, readonly string[]>>,
  client: string | null,
): readonly string[] =>
  client !== null && Object.hasOwn(clientRoles, client) ? (clientRoles[client] ?? []) : [];

/** The names a rule may compare: those of the realm and of our own client plain, others as `client/role`. */
export const comparableRoles = (
  realmRoles: readonly string[],
  clientRoles: Readonly<Record<string, readonly string[]>>,
  ownClient: string | null,
): readonly string[] => {
  const foreign = Object.entries(clientRoles)
    .filter(([client]) => client !== ownClient)
    .flatMap(([client, roles]) => roles.map((role) => `${client}/${role}`));
  return [...new Set([...realmRoles, ...rolesOfClient(clientRoles, ownClient), ...foreign])];
};
