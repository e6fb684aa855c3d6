import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { LOGOUT_PATH } from '../../src/surfaces/logout/logout.surface.js';
import { projectFile, readCompose, readVariables } from '../support/deployment-files.js';
import { startIdentityApp, type IdentityApp } from '../support/identity-app.js';
import { AUDIENCE, CLIENT_ID } from '../support/openid-provider.js';

interface Mapper {
  readonly protocolMapper: string;
  readonly config: Readonly<Record<string, string>>;
}
interface Client {
  readonly clientId: string;
  readonly publicClient: boolean;
  readonly secret?: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly protocolMappers: readonly Mapper[];
}
interface User {
  readonly username: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly realmRoles: readonly string[];
  readonly groups: readonly string[];
  readonly credentials: readonly { readonly value: string }[];
}
interface Realm {
  readonly realm: string;
  readonly accessTokenLifespan: number;
  readonly clientScopes?: unknown;
  readonly roles: { readonly realm: readonly { readonly name: string }[] };
  readonly groups: readonly { readonly name: string }[];
  readonly users: readonly User[];
  readonly clients: readonly Client[];
}

const realm = JSON.parse(projectFile('deploy/keycloak/realm.json')) as Realm;
const environment = readCompose(readVariables('.env')).services['countersign-1']!.environment!;
const [client] = realm.clients as [Client];
const mapper = (kind: string): Readonly<Record<string, string>> =>
  client.protocolMappers.find(({ protocolMapper }) => protocolMapper === kind)!.config;

/** The claims that Keycloak's mappers make of this file for one of its users. */
const claimsOf = ({ username, email, emailVerified, realmRoles, groups }: User): Record<string, unknown> => ({
  sub: `id-of-${username}`,
  preferred_username: username,
  email,
  email_verified: emailVerified,
  aud: [mapper('oidc-audience-mapper')['included.custom.audience'], 'account'],
  realm_access: { roles: realmRoles },
  [mapper('oidc-group-membership-mapper')['claim.name']!]: groups,
});

describe('the realm for trying things out', () => {
  it('is the one whose tokens the service takes', () => {
    expect(environment['KEYCLOAK_ISSUER']).toMatch(new RegExp(`/realms/${realm.realm}$`));
    expect(environment['KEYCLOAK_JWKS_URI']).toMatch(
      new RegExp(`/realms/${realm.realm}/protocol/openid-connect/certs$`),
    );
    expect(client.clientId).toBe(environment['KEYCLOAK_CLIENT_ID']);
    expect(mapper('oidc-audience-mapper')).toMatchObject({
      'included.custom.audience': environment['KEYCLOAK_AUDIENCE'],
      'access.token.claim': 'true',
    });
    expect(mapper('oidc-group-membership-mapper')).toMatchObject({
      'claim.name': 'groups',
      'access.token.claim': 'true',
    });
    expect(realm.accessTokenLifespan).toBeLessThanOrEqual(600);
  });

  it('leaves the scopes to Keycloak, whose own bring subject, names and roles', () => {
    expect(realm.clientScopes).toBeUndefined();
  });

  it('has the roles that the service asks for', () => {
    const roles = realm.roles.realm.map(({ name }) => name);
    const { adminRoles, approvalAdminRoles } = loadConfig({});
    expect(roles).toEqual(expect.arrayContaining([...adminRoles, ...approvalAdminRoles]));
    expect(roles).toEqual(expect.arrayContaining(['ml_full_access', 'ml_read_access', 'all_access']));
    expect(roles).toEqual(expect.arrayContaining(['nx1_engineer', 'nx1_monitor', 'nx1_ingest', 'nx1_ask']));
    const groups = realm.groups.map(({ name }) => `/${name}`);
    for (const user of realm.users) {
      expect([...roles, `default-roles-${realm.realm}`]).toEqual(
        expect.arrayContaining([...user.realmRoles]),
      );
      expect(groups).toEqual(expect.arrayContaining([...user.groups]));
    }
  });

  it('says when somebody has logged out where the service listens for it', () => {
    const url = new URL(client.attributes['backchannel.logout.url']!);
    expect([url.hostname, url.pathname]).toEqual(['nginx', LOGOUT_PATH]);
    expect(projectFile('deploy/nginx/countersign.conf')).toContain(`listen ${url.port};`);
  });

  it('holds no secret', () => {
    expect(client).toMatchObject({ publicClient: true });
    expect(client.secret).toBeUndefined();
    for (const { credentials } of realm.users) {
      for (const { value } of credentials) expect(value).toMatch(/^\$\{[A-Z_]+\}$/);
    }
  });
});

describe('its users', () => {
  let app: IdentityApp;
  beforeAll(async () => {
    app = await startIdentityApp();
  });
  afterAll(() => app.stop());

  const ask = async (username: string, changed: Record<string, unknown> = {}): Promise<number> => {
    const user = realm.users.find((one) => one.username === username)!;
    const person = { sub: `id-of-${username}`, username };
    const claims = { ...app.provider.claims(person), azp: client.clientId, ...claimsOf(user), ...changed };
    const token = await app.provider.sign(claims, {});
    return (await app.request('GET', '/governance/v1/users', { token })).status;
  };

  it('are taken for who they are: alice administers, bob does not', async () => {
    expect([AUDIENCE, CLIENT_ID]).toEqual([
      environment['KEYCLOAK_AUDIENCE'],
      environment['KEYCLOAK_CLIENT_ID'],
    ]);
    expect([await ask('alice'), await ask('bob')]).toEqual([200, 403]);
    expect(await ask('alice', { aud: 'account' })).toBe(401);
  });

  it('are recorded with their groups', async () => {
    const { json } = await app.request('GET', '/governance/v1/users/id-of-alice', { psk: app.platformPsk });
    expect(json).toMatchObject({
      username: 'alice',
      groups: ['/risk'],
      realmRoles: expect.arrayContaining(['governance-admin']),
    });
  });
});
