import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { givenDeployment, givenUserWithPsk } from '../support/governed.js';
import type { Answer } from '../support/http-client.js';
import { startIdentityApp, type IdentityApp } from '../support/identity-app.js';
import { KeycloakAdminApi } from '../support/keycloak-admin-api.js';
import { OpenIdProvider, SECRET } from '../support/openid-provider.js';

let app: IdentityApp;
let keycloak: KeycloakAdminApi;
let psk: string;

beforeAll(async () => {
  const provider = await OpenIdProvider.start();
  await provider.token({ sub: 'role-reader', username: 'role-reader' });
  keycloak = new KeycloakAdminApi(provider, 'role-reader');
  app = await startIdentityApp(
    {
      KEYCLOAK_ADMIN_CLIENT_ID: 'role-reader',
      KEYCLOAK_ADMIN_CLIENT_SECRET: SECRET,
      ROLE_CACHE_SECONDS: '60',
      ROLE_GRACE_SECONDS: '900',
    },
    provider,
  );
  // Roles of the directory don't count while Keycloak is there to ask.
  ({ psk } = await givenUserWithPsk(app, 'u-carol', { username: 'carol', roles: ['nx1_engineer'] }));
  await givenDeployment(app, 'prod', { roles: ['nx1_engineer', 'countersign_user', 'reports/viewer'] });
});
afterAll(() => app.stop());

beforeEach(() => {
  keycloak.down = false;
  keycloak.users.set('u-carol', { username: 'carol', realmRoles: ['nx1_engineer'] });
  // Whatever was known is too old by now.
  app.clock.advance(1_000);
  keycloak.asked.length = 0;
});

const decide = async (): Promise<Answer> =>
  app.request('POST', '/api/authz/decisions', {
    psk: app.platformPsk,
    body: {
      subject: { type: 'credential', value: psk },
      action: 'invoke',
      resource: { model: 'churn', deployment: 'prod' },
    },
  });
const reason = async (): Promise<unknown> => (await decide()).json.reason;

describe('the roles of a key', () => {
  it.each([
    ['a realm role', { realmRoles: ['nx1_engineer'] }, 'role_match'],
    ['a role of our own client', { clientRoles: { countersign: ['countersign_user'] } }, 'role_match'],
    [
      "another client's role by its plain name",
      { clientRoles: { reports: ['nx1_engineer'] } },
      'role_missing',
    ],
    ["another client's role", { clientRoles: { reports: ['viewer'] } }, 'role_match'],
    ['none', {}, 'role_missing'],
  ])('are those that Keycloak says: %s', async (_, roles, expected) => {
    keycloak.users.set('u-carol', { username: 'carol', ...roles });
    expect(await reason()).toBe(expected);
  });

  it('are asked for once per user and minute, and follow Keycloak after that', async () => {
    expect(await reason()).toBe('role_match');
    const { length } = keycloak.asked;
    keycloak.users.set('u-carol', { username: 'carol' });
    app.clock.advance(59);
    expect(await reason()).toBe('role_match');
    expect(keycloak.asked).toHaveLength(length);
    app.clock.advance(2);
    expect(await reason()).toBe('role_missing');
  });

  it('are refused to a disabled user, and given back when he is enabled again', async () => {
    keycloak.users.set('u-carol', { username: 'carol', enabled: false, realmRoles: ['nx1_engineer'] });
    expect(await reason()).toBe('user_disabled');
    app.clock.advance(61);
    keycloak.users.set('u-carol', { username: 'carol', realmRoles: ['nx1_engineer'] });
    expect(await reason()).toBe('role_match');
  });

  it('are refused to a deleted user', async () => {
    keycloak.users.delete('u-carol');
    expect(await reason()).toBe('user_disabled');
    expect((await app.request('GET', '/api/models/churn/deployments', { psk })).status).toBe(401);
  });

  it('stay what they were while Keycloak is away, until the grace is over', async () => {
    expect(await reason()).toBe('role_match');
    keycloak.down = true;
    app.clock.advance(890);
    expect(await reason()).toBe('role_match');
    app.clock.advance(20);
    const answer = await decide();
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    const check = await app.request('GET', '/authz/check/api/models/churn/deployments/prod/run/x', { psk });
    expect(check.status).toBe(503);
    keycloak.down = false;
    app.clock.advance(2);
    expect(await reason()).toBe('role_match');
  });
});
