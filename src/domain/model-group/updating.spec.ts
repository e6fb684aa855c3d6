import { describe, expect, it } from '@jest/globals';
import { deciderSpec } from '../../../test/support/decider-spec.js';
import type { GroupUser } from './group-user.js';
import { modelGroupDecider } from './model-group.decider.js';
import type { AccessMode, GroupFacts, ModelGroupRegistered } from './model-group.events.js';
import { ACCESS_REFUSALS, UPDATE_REFUSALS } from './refusals.js';
import type { SentAccess } from './sent-access.js';
import { factsAfter } from './updating.js';

const user = (
  userId: string,
  backendRoles: readonly string[],
  role: 'ml_full_access' | 'all_access' = 'ml_full_access',
): GroupUser => ({
  userId,
  name: userId,
  backendRoles,
  securityRoles: [role],
});
const OWNER = user('owner', ['risk', 'audit']);
const LOCKED_OUT = user('owner', ['other']);
const WITHOUT_ROLES = user('owner', []);
const SHARING = user('sharing', ['risk']);
const STRANGER = user('stranger', ['other']);
const ADMIN = user('admin', ['x'], 'all_access');
const OFF = null;

const group = (
  access: AccessMode,
  backendRoles: readonly string[] | null = null,
  ownerId: string | null = 'owner',
) => ({
  name: 'fraud',
  description: 'old',
  access,
  backendRoles,
  ownerId,
});
const OPEN = group('public');
const CLOSED = group('private');
const RISK = group('restricted', ['risk']);
const OWNERLESS = group('public', null, null);

const NOTHING: SentAccess = { mode: null, backendRoles: null, addAllBackendRoles: null };
const sent = (over: Partial<SentAccess>): SentAccess => ({ ...NOTHING, ...over });

type Outcome =
  | keyof typeof ACCESS_REFUSALS
  | keyof typeof UPDATE_REFUSALS
  | readonly [AccessMode, readonly string[] | null];

describe('an update', () => {
  it.each<[string, GroupUser | null, ReturnType<typeof group>, SentAccess, Outcome]>([
    // Step 5: access data is for the owner and administrators.
    ['5: a mode', SHARING, RISK, sent({ mode: 'public' }), 'accessData'],
    ['5: yes to all', SHARING, RISK, sent({ addAllBackendRoles: true }), 'accessData'],
    ['5: no to all', STRANGER, OPEN, sent({ addAllBackendRoles: false }), 'accessData'],
    ['5: roles', STRANGER, OPEN, sent({ backendRoles: ['x'] }), 'accessData'],
    ['5: an empty list', STRANGER, OPEN, sent({ backendRoles: [] }), 'accessData'],
    ['5 before 6', STRANGER, CLOSED, sent({ mode: 'public' }), 'accessData'],
    ['5: of a group without owner', OWNER, OWNERLESS, sent({ mode: 'private' }), 'accessData'],
    // Step 6: who has no access.
    ['6: private', STRANGER, CLOSED, NOTHING, 'notPermitted'],
    ['6: private, sharing a role', SHARING, CLOSED, NOTHING, 'notPermitted'],
    ['6: restricted', STRANGER, RISK, NOTHING, 'notPermitted'],
    ['6: ownerless and made private later', STRANGER, group('private', null, null), NOTHING, 'notPermitted'],
    [
      '6: ownerless and made restricted later',
      STRANGER,
      group('restricted', ['risk'], null),
      NOTHING,
      'notPermitted',
    ],
    ['6 lets pass: public', STRANGER, OPEN, NOTHING, ['public', null]],
    ['6 lets pass: a shared role', SHARING, RISK, NOTHING, ['restricted', ['risk']]],
    ['6 lets pass: ownerless', STRANGER, OWNERLESS, NOTHING, ['public', null]],
    ['6 lets pass: the owner of a private one', LOCKED_OUT, CLOSED, NOTHING, ['private', null]],
    ['6 lets pass: an administrator', ADMIN, CLOSED, NOTHING, ['private', null]],
    // Step 7: an owner who has lost the role.
    ['7: description only', LOCKED_OUT, RISK, NOTHING, 'roleLost'],
    ['7: access data', LOCKED_OUT, RISK, sent({ mode: 'public' }), 'roleLost'],
    ['7: an owner without roles', WITHOUT_ROLES, RISK, sent({ addAllBackendRoles: true }), 'roleLost'],
    // Step 8, U1: public and private.
    [
      'U1: public and roles',
      OWNER,
      RISK,
      sent({ mode: 'public', backendRoles: ['risk'] }),
      'rolesWithoutRestriction',
    ],
    [
      'U1: private and all',
      OWNER,
      RISK,
      sent({ mode: 'private', addAllBackendRoles: true }),
      'rolesWithoutRestriction',
    ],
    [
      'U1: an administrator, too',
      ADMIN,
      RISK,
      sent({ mode: 'public', addAllBackendRoles: true }),
      'rolesWithoutRestriction',
    ],
    [
      'U1 ends it: no to all',
      OWNER,
      RISK,
      sent({ mode: 'public', addAllBackendRoles: false }),
      ['public', []],
    ],
    ['U1 ends it: an empty list', OWNER, RISK, sent({ mode: 'private', backendRoles: [] }), ['private', []]],
    // U2 to U7.
    ['U2: all by an administrator', ADMIN, RISK, sent({ addAllBackendRoles: true }), 'adminAddsAll'],
    ['U2 before U5', ADMIN, RISK, sent({ backendRoles: ['x'], addAllBackendRoles: true }), 'adminAddsAll'],
    ['U3: all of none', WITHOUT_ROLES, OPEN, sent({ addAllBackendRoles: true }), 'allOfNone'],
    [
      'U3 before U5',
      WITHOUT_ROLES,
      OPEN,
      sent({ backendRoles: ['x'], addAllBackendRoles: true }),
      'allOfNone',
    ],
    ['U4: no to all, no roles', OWNER, OPEN, sent({ addAllBackendRoles: false }), 'allIsFalse'],
    ['U4: an administrator, too', ADMIN, OPEN, sent({ addAllBackendRoles: false }), 'allIsFalse'],
    ['U4 before U6', OWNER, OPEN, sent({ mode: 'restricted', addAllBackendRoles: false }), 'allIsFalse'],
    [
      'U4: with an empty list',
      OWNER,
      OPEN,
      sent({ backendRoles: [], addAllBackendRoles: false }),
      'allIsFalse',
    ],
    ['U5: both', OWNER, OPEN, sent({ backendRoles: ['risk'], addAllBackendRoles: true }), 'rolesAndAll'],
    ['U5 before U7', OWNER, OPEN, sent({ backendRoles: ['IT'], addAllBackendRoles: true }), 'rolesAndAll'],
    ['U6: restricted alone', OWNER, OPEN, sent({ mode: 'restricted' }), 'noRoles'],
    ['U6: restricted again', OWNER, RISK, sent({ mode: 'restricted' }), 'noRoles'],
    [
      'U6: restricted and an empty list',
      OWNER,
      RISK,
      sent({ mode: 'restricted', backendRoles: [] }),
      'noRoles',
    ],
    ['U6: an empty list alone locks nobody out', OWNER, RISK, sent({ backendRoles: [] }), 'noRoles'],
    ['U6: an empty list alone, by an administrator', ADMIN, OPEN, sent({ backendRoles: [] }), 'noRoles'],
    ['U7: a role not held', OWNER, RISK, sent({ backendRoles: ['risk', 'IT'] }), 'rolesNotHeld'],
    ['U7 not for an administrator', ADMIN, RISK, sent({ backendRoles: ['IT'] }), ['restricted', ['IT']]],
    // What becomes of it.
    ['nothing sent', OWNER, RISK, NOTHING, ['restricted', ['risk']]],
    ['public', OWNER, RISK, sent({ mode: 'public' }), ['public', []]],
    ['private', ADMIN, OPEN, sent({ mode: 'private' }), ['private', []]],
    [
      'restricted and roles',
      OWNER,
      CLOSED,
      sent({ mode: 'restricted', backendRoles: ['audit'] }),
      ['restricted', ['audit']],
    ],
    [
      'roles alone',
      OWNER,
      OPEN,
      sent({ backendRoles: ['audit', 'audit'] }),
      ['restricted', ['audit', 'audit']],
    ],
    [
      'roles and no to all',
      OWNER,
      OPEN,
      sent({ backendRoles: ['audit'], addAllBackendRoles: false }),
      ['restricted', ['audit']],
    ],
    ['all', OWNER, OPEN, sent({ addAllBackendRoles: true }), ['restricted', ['risk', 'audit']]],
    [
      'restricted and all',
      OWNER,
      OPEN,
      sent({ mode: 'restricted', addAllBackendRoles: true }),
      ['restricted', ['risk', 'audit']],
    ],
    [
      'all and an empty list',
      OWNER,
      OPEN,
      sent({ backendRoles: [], addAllBackendRoles: true }),
      ['restricted', ['risk', 'audit']],
    ],
    // Access control off, or no user.
    ['off: anybody', OFF, CLOSED, NOTHING, ['private', null]],
    ['off: an empty list', OFF, RISK, sent({ backendRoles: [] }), ['restricted', ['risk']]],
    ['off: a mode', OFF, OPEN, sent({ mode: 'public' }), 'accessControlOff'],
    ['off: roles', OFF, OPEN, sent({ backendRoles: ['x'] }), 'accessControlOff'],
    ['off: even no to all', OFF, OPEN, sent({ addAllBackendRoles: false }), 'accessControlOff'],
  ])('%s', (_, who, before, access, outcome) => {
    const act = (): GroupFacts => factsAfter(who, before, { name: null, description: 'new', access });
    if (typeof outcome === 'string') {
      expect(act).toThrow({ ...ACCESS_REFUSALS, ...UPDATE_REFUSALS }[outcome]);
      return;
    }
    const [after, backendRoles] = outcome;
    expect(act()).toStrictEqual({ name: 'fraud', description: 'new', access: after, backendRoles });
  });
});

describe('the stream of a group', () => {
  const given = deciderSpec(modelGroupDecider);
  const { ownerId, ...facts } = OPEN;
  const registered: ModelGroupRegistered = {
    type: 'ModelGroupRegistered',
    data: {
      modelGroupId: 'g1',
      version: 1,
      ...facts,
      ownerId,
      owner: { backendRoles: [], roles: [] },
      nameClaim: 'c1',
      personal: { owner: { name: 'owner' } },
    },
  };
  const update = (over: object = {}) =>
    ({
      type: 'UpdateModelGroup',
      modelGroupId: 'g1',
      user: STRANGER,
      name: null,
      description: null,
      access: NOTHING,
      nameClaim: null,
      ...over,
    }) as const;

  it('keeps an update that says nothing, since it moves the time', () =>
    given(registered)
      .when(update())
      .then({
        type: 'ModelGroupUpdated',
        data: { modelGroupId: 'g1', version: 2, before: facts, after: facts, nameClaim: null },
      }));

  it('keeps before and after, and the claim that a new name used up', () =>
    given(registered)
      .when(update({ name: 'cards', nameClaim: 'c2' }))
      .then({
        type: 'ModelGroupUpdated',
        data: {
          modelGroupId: 'g1',
          version: 2,
          before: facts,
          after: { ...facts, name: 'cards' },
          nameClaim: 'c2',
        },
      }));

  it.each([
    ['none', null],
    ['one that was used up', 'c1'],
  ])('takes no new name without a claim: %s', (_, nameClaim) =>
    given(registered)
      .when(update({ name: 'cards', nameClaim }))
      .thenRejects('model-group-name-claim-lost'),
  );

  it('needs no claim to the name that the group has', () =>
    expect(given(registered).state().group?.name).toBe('fraud'));

  it('refuses an update of what is not there', () =>
    given().when(update()).thenRejects('model-group-not-found'));

  it('is deleted by whoever may use it, once it has no models', () => {
    const remove = {
      type: 'DeleteModelGroup',
      modelGroupId: 'g1',
      user: STRANGER,
      hasModels: false,
    } as const;
    given(registered)
      .when(remove)
      .then({ type: 'ModelGroupDeleted', data: { modelGroupId: 'g1', version: 2, name: 'fraud' } });
    given(registered)
      .when({ ...remove, hasModels: true })
      .thenRejects('model-group-in-use');
    given().when(remove).thenNothing();
    const closed = { ...registered, data: { ...registered.data, access: 'private' } } as const;
    given(closed)
      .when({ ...remove, hasModels: true })
      .thenRejects('model-group-deletion');
  });

  it('forfeits a claim once, and none to the name it has', () => {
    const forfeit = {
      type: 'ForfeitModelGroupName',
      modelGroupId: 'g1',
      name: 'cards',
      nameClaim: 'c2',
    } as const;
    const forfeited = {
      type: 'ModelGroupNameForfeited',
      data: { modelGroupId: 'g1', name: 'cards', nameClaim: 'c2' },
    } as const;
    given(registered).when(forfeit).then(forfeited);
    given(registered, forfeited).when(forfeit).thenNothing();
    given(registered, forfeited)
      .when(update({ name: 'cards', nameClaim: 'c2' }))
      .thenRejects('model-group-name-claim-lost');
    given(registered)
      .when({ ...forfeit, name: 'fraud' })
      .thenRejects('model-group-name-taken');
  });
});
