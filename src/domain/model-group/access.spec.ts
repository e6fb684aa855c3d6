import { describe, expect, it } from '@jest/globals';
import { deciderSpec } from '../../../test/support/decider-spec.js';
import { mayUseGroup, type GuardedGroup } from './access.js';
import { requireModelGroupId } from './group-id.js';
import { groupNameDecider } from './group-name.decider.js';
import { opens, type GroupCall, type GroupUser, type SecurityRole } from './group-user.js';

const user = (
  userId: string,
  backendRoles: readonly string[],
  role: SecurityRole = 'ml_full_access',
): GroupUser => ({
  userId,
  name: userId,
  backendRoles,
  securityRoles: [role],
});
const CALLERS = {
  admin: user('a', [], 'all_access'),
  'owner who shares a role': user('owner', ['risk']),
  'owner who shares none': user('owner', ['other']),
  'other who shares a role': user('o', ['other', 'risk']),
  'other who shares none': user('o', ['other']),
  'one who is called like a role': user('risk', []),
  nobody: null,
} as const;
const GROUPS: Readonly<Record<string, GuardedGroup>> = {
  public: { access: 'public', backendRoles: null, ownerId: 'owner' },
  private: { access: 'private', backendRoles: null, ownerId: 'owner' },
  restricted: { access: 'restricted', backendRoles: ['risk', 'audit'], ownerId: 'owner' },
  'restricted to no role': { access: 'restricted', backendRoles: [], ownerId: 'owner' },
  'public without owner': { access: 'public', backendRoles: null, ownerId: null },
  'private without owner': { access: 'private', backendRoles: null, ownerId: null },
  'restricted without owner': { access: 'restricted', backendRoles: ['audit'], ownerId: null },
};
const OWNERLESS = ['public without owner', 'private without owner', 'restricted without owner'];

describe('who may use a group', () => {
  it.each<[keyof typeof CALLERS, readonly string[]]>([
    ['admin', Object.keys(GROUPS)],
    ['nobody', Object.keys(GROUPS)],
    ['owner who shares a role', ['public', 'private', 'restricted', ...OWNERLESS]],
    ['owner who shares none', ['public', 'private', ...OWNERLESS]],
    ['other who shares a role', ['public', 'restricted', ...OWNERLESS]],
    ['other who shares none', ['public', ...OWNERLESS]],
    ['one who is called like a role', ['public', ...OWNERLESS]],
  ])('%s: %j', (caller, usable) => {
    const found = Object.keys(GROUPS).filter((name) => mayUseGroup(CALLERS[caller], GROUPS[name]!));
    expect(found).toStrictEqual(usable);
  });
});

describe('which calls a role opens', () => {
  const ALL: readonly GroupCall[] = ['register', 'get', 'search', 'update', 'delete'];
  it.each<[readonly SecurityRole[], readonly GroupCall[]]>([
    [[], []],
    [['ml_read_access'], ['get', 'search']],
    [['ml_full_access'], ALL],
    [['all_access'], ALL],
  ])('%j: %j', (roles, calls) => {
    expect(ALL.filter((call) => opens(roles, call))).toStrictEqual(calls);
  });
});

describe('an id of somebody’s own', () => {
  it.each([
    ['', 'model group id is invalid'],
    ['  ', 'model group id is invalid'],
    ['_x', "model group id must not start with '_'"],
    ['-x', "model group id must not start with '-'"],
    ['_'.repeat(600), "model group id must not start with '_'"],
    ['x'.repeat(513), 'model group id is too long, max length is 512'],
    [
      'a b',
      'model group id must contain only letters, digits, underscores, and hyphens, and must start with a letter or digit',
    ],
    [
      'é',
      'model group id must contain only letters, digits, underscores, and hyphens, and must start with a letter or digit',
    ],
    [
      'a\n',
      'model group id must contain only letters, digits, underscores, and hyphens, and must start with a letter or digit',
    ],
  ])('%j: %s', (id, reason) => expect(() => requireModelGroupId(id)).toThrow(reason));

  it.each(['a', '7', 'A_b-C', 'x'.repeat(512)])('may be %s', (id) =>
    expect(() => requireModelGroupId(id)).not.toThrow(),
  );
});

describe('the claims to a name', () => {
  const given = deciderSpec(groupNameDecider);
  const reserved = (modelGroupId: string, nameClaim: string, takenOverFrom: string | null = null) =>
    ({
      type: 'ModelGroupNameReserved',
      data: { name: 'fraud', modelGroupId, nameClaim, takenOverFrom },
    }) as const;
  const reserve = (modelGroupId: string, nameClaim: string, spentClaim: string | null = null) =>
    ({ type: 'ReserveModelGroupName', name: 'fraud', modelGroupId, nameClaim, spentClaim }) as const;

  it('are made of a free name', () => given().when(reserve('g1', 'c1')).then(reserved('g1', 'c1')));
  it('are made once', () => given(reserved('g1', 'c1')).when(reserve('g1', 'c1')).thenNothing());
  it('are not made of a name that is claimed', () =>
    given(reserved('g1', 'c1')).when(reserve('g2', 'c2')).thenRejects('model-group-name-claim-lost'));
  it('are taken over from the claim that was found spent', () =>
    given(reserved('g1', 'c1'))
      .when(reserve('g2', 'c2', 'c1'))
      .then(reserved('g2', 'c2', 'c1')));
  it('are not taken over from another one', () =>
    given(reserved('g1', 'c1'), reserved('g3', 'c3', 'c1'))
      .when(reserve('g2', 'c2', 'c1'))
      .thenRejects('model-group-name-claim-lost'));
});
