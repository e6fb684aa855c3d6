import type { KeycloakConfig } from '../config/config.js';
import { fetchJson, UnexpectedAnswer } from './bounded-fetch.js';
import { backendRoles, withoutNoiseRoles } from './claims.js';
import { isJsonObject, isLine, type JsonObject } from './outside-json.js';
import type { HeldUser } from './role-source.js';

interface AdminToken {
  readonly value: string;
  /** `performance.now()` milliseconds. */
  readonly renewAt: number;
}

/** Renewed that long before its end, so that none runs out on its way. */
const RENEW_EARLY_SECONDS = 15;

/** What the Admin API says of a user, groups apart: how those are spelt in tokens is a setting of Keycloak's. */
export type KeycloakUser = Omit<HeldUser, 'groups'>;

/**
 * Keycloak's Admin API with the client's own credentials (a service account with `view-users` and `view-clients`): who a
 * user is, and the roles he effectively holds, those inside composite roles and those of his groups included.
 */
export class KeycloakAdmin {
  private readonly tokenUrl: string;
  private readonly adminUrl: string;
  private token: AdminToken | undefined;

  constructor(
    private readonly keycloak: Pick<KeycloakConfig, 'issuer' | 'clientId'>,
    private readonly client: { readonly id: string; readonly secret: string },
  ) {
    const realm = /^(.*)\/realms\/([^/]+)\/?$/.exec(keycloak.issuer);
    if (realm === null)
      throw new Error(
        `KEYCLOAK_ADMIN_CLIENT_ID needs an issuer of the form …/realms/<realm>, not ${keycloak.issuer}`,
      );
    this.tokenUrl = `${realm[1]}/realms/${realm[2]}/protocol/openid-connect/token`;
    this.adminUrl = `${realm[1]}/admin/realms/${realm[2]}`;
  }

  /** `undefined`: deleted, or never there. @throws whatever keeps Keycloak from saying */
  async user(userId: string): Promise<KeycloakUser | undefined> {
    const path = `/users/${encodeURIComponent(userId)}`;
    const user = await this.get(path);
    if (user === undefined) return undefined;
    if (!isJsonObject(user)) throw new Error('Keycloak described a user as something that is no object');
    const [realmRoles, clientRoles] = await Promise.all([this.realmRoles(path), this.clientRoles(path)]);
    const { username, email, firstName, lastName } = user;
    return {
      userId,
      username: isLine(username) ? username : userId,
      email: isLine(email) ? email : null,
      emailVerified: user['emailVerified'] === true,
      firstName: isLine(firstName) ? firstName : null,
      lastName: isLine(lastName) ? lastName : null,
      realmRoles,
      clientRoles,
      backendRoles: backendRoles(realmRoles, clientRoles, this.keycloak.clientId),
      enabled: user['enabled'] === true,
    };
  }

  private async realmRoles(path: string): Promise<readonly string[]> {
    return withoutNoiseRoles(
      roleNames(await this.get(`${path}/role-mappings/realm/composite`)),
      this.keycloak.issuer,
    );
  }

  /** Of our own client and of every client of which the user was given a role directly. */
  private async clientRoles(path: string): Promise<Record<string, readonly string[]>> {
    const [mappings, own] = await Promise.all([this.get(`${path}/role-mappings`), this.ownClient()]);
    const clients = new Map<string, string>(own);
    const mapped = isJsonObject(mappings) ? mappings['clientMappings'] : undefined;
    for (const [clientId, mapping] of Object.entries(isJsonObject(mapped) ? mapped : {})) {
      if (clientId !== 'account' && isJsonObject(mapping) && isLine(mapping['id']))
        clients.set(clientId, mapping['id']);
    }
    const roles = await Promise.all(
      [...clients].map(async ([clientId, id]): Promise<[string, readonly string[]]> => {
        const held = await this.get(`${path}/role-mappings/clients/${encodeURIComponent(id)}/composite`);
        return [clientId, roleNames(held)];
      }),
    );
    return Object.fromEntries(roles.filter(([, names]) => names.length > 0));
  }

  private async ownClient(): Promise<readonly (readonly [string, string])[]> {
    const { clientId } = this.keycloak;
    if (clientId === null) return [];
    const found = await this.get(`/clients?clientId=${encodeURIComponent(clientId)}`);
    const client: unknown = Array.isArray(found) ? found[0] : undefined;
    return isJsonObject(client) && isLine(client['id']) ? [[clientId, client['id']]] : [];
  }

  /** `undefined`: 404. A refused token is renewed once: Keycloak forgets them when it restarts. */
  private async get(path: string): Promise<unknown> {
    try {
      return await this.getOnce(path);
    } catch (error) {
      if (!(error instanceof UnexpectedAnswer)) throw error;
      if (error.status === 404) return undefined;
      if (error.status !== 401) throw error;
      this.token = undefined;
      return this.getOnce(path);
    }
  }

  private async getOnce(path: string): Promise<unknown> {
    const authorization = `Bearer ${await this.accessToken()}`;
    return fetchJson(this.adminUrl + path, { headers: { authorization, accept: 'application/json' } });
  }

  private async accessToken(): Promise<string> {
    if (this.token !== undefined && performance.now() < this.token.renewAt) return this.token.value;
    const { id, secret } = this.client;
    const basic = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64');
    const answer = await fetchJson(this.tokenUrl, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials',
    });
    const { access_token: value, expires_in: seconds }: JsonObject = isJsonObject(answer) ? answer : {};
    if (typeof value !== 'string') throw new Error(`${this.tokenUrl} gave no access token`);
    const life = typeof seconds === 'number' ? seconds - RENEW_EARLY_SECONDS : 0;
    this.token = { value, renewAt: performance.now() + life * 1000 };
    return value;
  }
}

const roleNames = (roles: unknown): readonly string[] =>
  Array.isArray(roles)
    ? roles.flatMap((role: unknown) => (isJsonObject(role) && isLine(role['name']) ? [role['name']] : []))
    : [];
