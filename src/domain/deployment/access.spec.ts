import { describe, expect, it } from '@jest/globals';
import type { Caller } from '../shared/caller.js';
import {
  isOwner,
  mayInvoke,
  mayManage,
  mayRegister,
  mayReportRun,
  mayReportStatus,
  type AccessRule,
  type GovernedDeployment,
} from './access.js';
import { requireAccess, requireMayRegister, requireMayReportStatus } from './access-refusals.js';

const platform: Caller = {
  kind: 'platform',
  userId: null,
  username: null,
  verifiedEmail: null,
  roles: [],
  groups: [],
  isAdmin: false,
  isApprovalAdmin: false,
  credentialType: 'platform_psk',
};
const user = (more: Partial<Caller> = {}): Caller => ({
  kind: 'user',
  userId: 'u-bob',
  username: 'bob',
  verifiedEmail: 'bob@example.com',
  roles: ['other'],
  groups: [],
  isAdmin: false,
  isApprovalAdmin: false,
  credentialType: 'user_psk',
  ...more,
});
const key = (more: Partial<Caller> = {}): Caller => user({ ...more, credentialType: 'user_psk' });
const token = (more: Partial<Caller> = {}): Caller => user({ ...more, credentialType: 'jwt' });
const owner = { userId: 'u-alice', username: 'alice' };
const admin = { isAdmin: true };
const holder = { roles: ['x', 'b', 'a'] };

const deployment = (more: Partial<GovernedDeployment> = {}): GovernedDeployment => ({
  owner: 'alice',
  ownerId: 'u-alice',
  allowedRoles: ['a', 'b', 'c'],
  type: 'online',
  status: 'active',
  ...more,
});
const locked = deployment({ allowedRoles: [] });
const neverConfigured = deployment({ allowedRoles: null });

type Row = readonly [who: string, Caller, GovernedDeployment | undefined, outcome: string];

const decides = (rule: AccessRule, rows: readonly Row[]): void => {
  it.each(rows)('%s', (_who, caller, about, outcome) => {
    const { allowed, reason, matchedRoles } = rule(caller, about);
    expect([allowed ? 'allow' : 'deny', reason, ...matchedRoles].join(' ')).toBe(outcome);
  });
};

describe('who may manage a deployment', () => {
  decides(mayManage, [
    ['platform key', platform, deployment(), 'allow platform_psk'],
    ['platform key, list empty', platform, locked, 'allow platform_psk'],
    ['platform key, archived', platform, deployment({ status: 'archived' }), 'allow platform_psk'],
    [
      'user key with roles of the list, named in its order',
      key(holder),
      deployment(),
      'allow role_match a b',
    ],
    ['user key without', key(), deployment(), 'deny role_missing'],
    ['user key, other case', key({ roles: ['A'] }), deployment(), 'deny role_missing'],
    ['user key, list empty', key(holder), locked, 'deny no_roles_configured'],
    ['user key, never configured', key(holder), neverConfigured, 'deny no_roles_configured'],
    ["owner's user key, without role", key(owner), deployment(), 'deny role_missing'],
    ["owner's user key, list empty", key(owner), locked, 'deny no_roles_configured'],
    ["administrator's user key, without role", key(admin), deployment(), 'deny role_missing'],
    ["administrator's user key, never configured", key(admin), neverConfigured, 'deny no_roles_configured'],
    ['token with roles of the list', token(holder), deployment(), 'allow role_match a b'],
    ['token without', token(), deployment(), 'deny role_missing'],
    ['token, list empty', token(holder), locked, 'deny no_roles_configured'],
    ["owner's token", token(owner), deployment(), 'allow owner'],
    ["owner's token, list empty", token(owner), locked, 'allow owner'],
    ["owner's token, never configured", token(owner), neverConfigured, 'allow owner'],
    ["administrator's token", token(admin), deployment(), 'allow admin'],
    ["administrator's token, list empty", token(admin), locked, 'allow admin'],
    ['owner with a role', token({ ...owner, ...holder }), deployment(), 'allow role_match a b'],
    ['owner and administrator', token({ ...owner, ...admin }), deployment(), 'allow owner'],
    ['batch, stopped', key(holder), deployment({ type: 'batch', status: 'stopped' }), 'allow role_match a b'],
    ['platform key, unknown deployment', platform, undefined, 'deny deployment_not_found'],
    ['administrator, unknown deployment', token(admin), undefined, 'deny deployment_not_found'],
  ]);
});

describe('who may invoke a deployment', () => {
  decides(mayInvoke, [
    ['platform key', platform, deployment(), 'allow platform_psk'],
    ['platform key, list empty', platform, locked, 'allow platform_psk'],
    ['platform key, batch', platform, deployment({ type: 'batch' }), 'deny not_online'],
    ['platform key, stopped', platform, deployment({ status: 'stopped' }), 'deny deployment_not_active'],
    ['platform key, unknown deployment', platform, undefined, 'deny deployment_not_found'],
    ['user key with roles of the list', key(holder), deployment(), 'allow role_match a b'],
    ['user key without', key(), deployment(), 'deny role_missing'],
    ['user key, list empty', key(holder), locked, 'deny no_roles_configured'],
    ['user key, never configured', key(holder), neverConfigured, 'deny no_roles_configured'],
    ["owner's user key", key(owner), deployment(), 'deny role_missing'],
    ["administrator's user key", key(admin), deployment(), 'deny role_missing'],
    ['token with role', token(holder), deployment(), 'deny credential_type_not_accepted'],
    ["owner's token", token(owner), deployment(), 'deny credential_type_not_accepted'],
    ["administrator's token", token(admin), deployment(), 'deny credential_type_not_accepted'],
  ]);

  describe('when several denials apply, in this order', () => {
    const worst = deployment({ type: 'batch', status: 'stopped', allowedRoles: [] });
    decides(mayInvoke, [
      ['credential before an unknown deployment', token(), undefined, 'deny credential_type_not_accepted'],
      ['credential before all else', token(), worst, 'deny credential_type_not_accepted'],
      ['unknown deployment', key(), undefined, 'deny deployment_not_found'],
      ['type', key(), worst, 'deny not_online'],
      ['status', key(), { ...worst, type: 'online' }, 'deny deployment_not_active'],
      ['list', key(), { ...worst, type: 'online', status: 'active' }, 'deny no_roles_configured'],
    ]);
  });

  it.each(['pending', 'deploying', 'failed', 'stopped', 'archived'] as const)(
    'nobody while it is %s',
    (status) =>
      expect(mayInvoke(key(holder), deployment({ status }))).toStrictEqual({
        allowed: false,
        reason: 'deployment_not_active',
        matchedRoles: [],
      }),
  );
});

describe('who may report a run', () => {
  decides(mayReportRun, [
    ['platform key', platform, locked, 'allow platform_psk'],
    ['user key with a role', key(holder), deployment(), 'allow role_match a b'],
    ['user key without', key(), deployment(), 'deny role_missing'],
    ["owner's token", token(owner), deployment(), 'deny credential_type_not_accepted'],
  ]);
});

describe('the owner of a deployment', () => {
  it.each([
    ['by id, when it is known', { owner: 'alice', ownerId: 'u-bob' }, true],
    ['not by name, when another id is known', { owner: 'bob', ownerId: 'u-alice' }, false],
    ['not by e-mail, when another id is known', { owner: 'bob@example.com', ownerId: 'u-alice' }, false],
    ['as sent: user id', { owner: 'u-bob', ownerId: null }, true],
    ['as sent: username', { owner: 'bob', ownerId: null }, true],
    ['as sent: username in another case', { owner: 'Bob', ownerId: null }, false],
    ['as sent: e-mail in any case', { owner: 'BOB@example.com', ownerId: null }, true],
    ['as sent: somebody else', { owner: 'carol', ownerId: null }, false],
    ['as sent, erased', { owner: '', ownerId: null }, false],
  ])('is known %s', (_how, about, expected) => expect(isOwner(user(), about)).toBe(expected));

  it('is never the platform', () => {
    expect(isOwner(platform, { owner: '', ownerId: null })).toBe(false);
    expect(isOwner({ ...platform, username: 'bob' }, { owner: 'bob', ownerId: null })).toBe(false);
  });

  it('is not known by an address that was not verified, nor by an empty username', () => {
    const caller = user({ verifiedEmail: null, username: '' });
    expect(isOwner(caller, { owner: 'bob@example.com', ownerId: null })).toBe(false);
    expect(isOwner(caller, { owner: '', ownerId: null })).toBe(false);
  });
});

describe('who may register and report', () => {
  const mine = { owner: 'bob', ownerId: 'u-bob' };
  const hers = { owner: 'alice', ownerId: 'u-alice' };

  it.each([
    ['a user for himself', key(), mine, true],
    ['a token for himself', token(), mine, true],
    ['a user for somebody else', token(holder), hers, false],
    ['an administrator for somebody else, by token', token(admin), hers, true],
    ['an administrator for somebody else, by key', key(admin), hers, true],
    ['the platform for anybody', platform, hers, true],
  ])('%s: register', (_who, caller, about, allowed) => expect(mayRegister(caller, about)).toBe(allowed));

  it.each([
    ['platform key', platform, true],
    ['administrator by token', token(admin), true],
    ['administrator by key', key(admin), true],
    ['owner', token(owner), false],
    ['role holder', key(holder), false],
  ])('%s: report a status', (_who, caller, allowed) => expect(mayReportStatus(caller)).toBe(allowed));
});

describe('a refusal', () => {
  it.each([
    [mayManage, key(), deployment(), 'role-missing', 'Role required: a, b, c'],
    [
      mayManage,
      key(),
      locked,
      'no-roles-configured',
      'No roles are configured: only the platform PSK is accepted',
    ],
    [
      mayManage,
      token(),
      neverConfigured,
      'no-roles-configured',
      'No roles are configured: owner or administrator required',
    ],
    [
      mayReportRun,
      token(admin),
      deployment(),
      'credential-type-not-accepted',
      'A pre-shared key is required',
    ],
    [mayInvoke, key(), deployment({ type: 'batch' }), 'not-online', 'Deployment is not online'],
    [
      mayInvoke,
      key(),
      deployment({ status: 'failed' }),
      'deployment-not-active',
      'Deployment is not active but failed',
    ],
  ])('says why: %#', (rule, caller, about, code, message) =>
    expect(() => requireAccess(rule, caller, about)).toThrow(
      expect.objectContaining({ kind: 'forbidden', code, message }),
    ),
  );

  it('of a registration or a report says who might', () => {
    expect(() => requireMayRegister(token(), { owner: 'alice', ownerId: 'u-alice' })).toThrow(
      expect.objectContaining({ kind: 'forbidden', code: 'owner-is-not-the-caller' }),
    );
    expect(() => requireMayReportStatus(token())).toThrow(
      expect.objectContaining({ kind: 'forbidden', code: 'platform-required' }),
    );
  });

  it('does not come when the rule allows it', () => {
    expect(() => requireAccess(mayManage, platform, locked)).not.toThrow();
    expect(() => requireMayRegister(platform, { owner: 'alice', ownerId: null })).not.toThrow();
    expect(() => requireMayReportStatus(platform)).not.toThrow();
  });
});
