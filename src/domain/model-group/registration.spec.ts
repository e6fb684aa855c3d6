import { describe, expect, it } from '@jest/globals';
import { deciderSpec } from '../../../test/support/decider-spec.js';
import type { GroupUser } from './group-user.js';
import { modelGroupDecider, type RegisterModelGroup } from './model-group.decider.js';
import type { AccessMode, ModelGroupRegistered } from './model-group.events.js';
import { ACCESS_REFUSALS } from './refusals.js';
import { accessOfNewGroup } from './registration.js';
import type { SentAccess } from './sent-access.js';

const user = (over: Partial<GroupUser> = {}): GroupUser => ({
  userId: 'u-ana',
  name: 'ana',
  backendRoles: ['risk', 'audit'],
  securityRoles: ['ml_full_access'],
  ...over,
});
const ANA = user();
const WITHOUT_ROLES = user({ backendRoles: [] });
const ADMIN = user({ userId: 'u-ada', name: 'ada', securityRoles: ['all_access'] });
const OFF = null;

const sent = (
  mode: AccessMode | null,
  backendRoles: readonly string[] | null,
  addAllBackendRoles: boolean | null,
): SentAccess => ({ mode, backendRoles, addAllBackendRoles });

const PUBLIC = { access: 'public', backendRoles: null };
const PRIVATE = { access: 'private', backendRoles: null };
const restricted = (...backendRoles: string[]) => ({ access: 'restricted', backendRoles });

type Outcome = keyof typeof ACCESS_REFUSALS | { readonly access: string };

describe('the access of a new group', () => {
  it.each<[string, GroupUser | null, SentAccess, Outcome]>([
    // Without a mode.
    ['nothing', ANA, sent(null, null, null), PRIVATE],
    ['no to all', ANA, sent(null, null, false), PRIVATE],
    ['an empty list', ANA, sent(null, [], null), PRIVATE],
    ['an empty list and no to all', ANA, sent(null, [], false), PRIVATE],
    ['roles', ANA, sent(null, ['risk'], null), restricted('risk')],
    ['roles and no to all', ANA, sent(null, ['risk'], false), restricted('risk')],
    ['all', ANA, sent(null, null, true), restricted('risk', 'audit')],
    ['all and an empty list', ANA, sent(null, [], true), restricted('risk', 'audit')],
    ['roles and all', ANA, sent(null, ['risk'], true), 'rolesAndAll'],
    ['roles and all, by an administrator', ADMIN, sent(null, ['risk'], true), 'rolesAndAll'],
    ['all, by an administrator', ADMIN, sent(null, null, true), 'adminAddsAll'],
    ['all, by one without roles', WITHOUT_ROLES, sent(null, null, true), 'callerWithoutRoles'],
    ['roles not held', ANA, sent(null, ['IT'], null), 'rolesNotHeld'],
    // Public and private.
    ['public', ANA, sent('public', null, null), PUBLIC],
    ['public and no to all', ANA, sent('public', null, false), PUBLIC],
    ['public and an empty list', ANA, sent('public', [], null), PUBLIC],
    ['public and roles', ANA, sent('public', ['risk'], null), 'rolesWithoutRestriction'],
    ['public and all', ANA, sent('public', null, true), 'rolesWithoutRestriction'],
    [
      'public, roles and all, by an administrator',
      ADMIN,
      sent('public', ['x'], true),
      'rolesWithoutRestriction',
    ],
    ['private', ANA, sent('private', null, null), PRIVATE],
    ['private and no to all', ANA, sent('private', null, false), PRIVATE],
    ['private and roles', ANA, sent('private', ['risk'], null), 'rolesWithoutRestriction'],
    ['private and all', ANA, sent('private', null, true), 'rolesWithoutRestriction'],
    // Restricted: R1 to R5 in their order.
    ['R1: all by an administrator', ADMIN, sent('restricted', null, true), 'adminAddsAll'],
    ['R1 before R4', ADMIN, sent('restricted', ['risk'], true), 'adminAddsAll'],
    ['R2: one without roles', WITHOUT_ROLES, sent('restricted', ['risk'], null), 'callerWithoutRoles'],
    ['R2 before R3', WITHOUT_ROLES, sent('restricted', null, null), 'callerWithoutRoles'],
    [
      'R2 not for an administrator',
      user({ ...ADMIN, backendRoles: [] }),
      sent('restricted', ['x'], null),
      restricted('x'),
    ],
    ['R3: neither', ANA, sent('restricted', null, null), 'noRoles'],
    ['R3: an empty list', ANA, sent('restricted', [], null), 'noRoles'],
    ['R3: no to all', ANA, sent('restricted', null, false), 'noRoles'],
    ['R3 for an administrator, too', ADMIN, sent('restricted', null, null), 'noRoles'],
    ['R4: both', ANA, sent('restricted', ['risk'], true), 'rolesAndAll'],
    ['R4 before R5', ANA, sent('restricted', ['IT'], true), 'rolesAndAll'],
    ['R5: one of them not held', ANA, sent('restricted', ['risk', 'IT'], null), 'rolesNotHeld'],
    ['R5 compares exactly', ANA, sent('restricted', ['Risk'], null), 'rolesNotHeld'],
    ['R5 not for an administrator', ADMIN, sent('restricted', ['IT', 'x'], null), restricted('IT', 'x')],
    [
      'roles, repeats and order kept',
      ANA,
      sent('restricted', ['audit', 'risk', 'audit'], null),
      restricted('audit', 'risk', 'audit'),
    ],
    ['all', ANA, sent('restricted', null, true), restricted('risk', 'audit')],
    // Access control off, or no user.
    ['off: nothing', OFF, sent(null, null, null), PUBLIC],
    ['off: an empty list', OFF, sent(null, [], null), PUBLIC],
    ['off: roles', OFF, sent(null, ['risk'], null), 'accessControlOff'],
    ['off: all', OFF, sent(null, null, true), 'accessControlOff'],
    ['off: even no to all', OFF, sent(null, null, false), 'accessControlOff'],
    ['off: public', OFF, sent('public', null, null), 'accessControlOff'],
  ])('%s', (_, who, access, outcome) => {
    const act = () => accessOfNewGroup(who, access);
    if (typeof outcome === 'string') expect(act).toThrow(ACCESS_REFUSALS[outcome]);
    else expect(act()).toStrictEqual(outcome);
  });
});

describe('a registration', () => {
  const given = deciderSpec(modelGroupDecider);
  const register = (over: Partial<RegisterModelGroup> = {}): RegisterModelGroup => ({
    type: 'RegisterModelGroup',
    modelGroupId: 'g1',
    user: ANA,
    name: 'fraud',
    description: null,
    access: sent('restricted', ['risk'], null),
    nameClaim: 'c1',
    ...over,
  });
  const registered = (over: Partial<ModelGroupRegistered['data']> = {}): ModelGroupRegistered => ({
    type: 'ModelGroupRegistered',
    data: {
      modelGroupId: 'g1',
      version: 1,
      name: 'fraud',
      description: null,
      access: 'restricted',
      backendRoles: ['risk'],
      ownerId: 'u-ana',
      owner: { backendRoles: ['risk', 'audit'], roles: ['ml_full_access'] },
      nameClaim: 'c1',
      personal: { 'u-ana': { name: 'ana' } },
      ...over,
    },
  });
  const deleted = {
    type: 'ModelGroupDeleted',
    data: { modelGroupId: 'g1', version: 2, name: 'fraud' },
  } as const;

  it('keeps the owner as he is now, his name where personal data stands', () =>
    given().when(register()).then(registered()));

  it('keeps no owner where access control does not apply', () =>
    given()
      .when(register({ user: null, access: sent(null, null, null) }))
      .then(registered({ access: 'public', backendRoles: null, ownerId: null, owner: null, personal: {} })));

  it('is refused for an id that is taken, after all that is wrong with its access', () => {
    given(registered())
      .when(register({ nameClaim: 'c2' }))
      .thenRejects('model-group-exists');
    given(registered())
      .when(register({ nameClaim: 'c2', access: sent('public', ['x'], null) }))
      .thenRejects('access-parameters');
  });

  it('goes on counting after a deletion', () =>
    given(registered(), deleted)
      .when(register({ nameClaim: 'c2' }))
      .then(registered({ version: 3, nameClaim: 'c2' })));

  it('needs a claim to the name that is not spent: used up', () =>
    given(registered(), deleted).when(register()).thenRejects('model-group-name-claim-lost'));

  it('needs a claim to the name that is not spent: forfeited', () =>
    given({ type: 'ModelGroupNameForfeited', data: { modelGroupId: 'g1', name: 'fraud', nameClaim: 'c1' } })
      .when(register())
      .thenRejects('model-group-name-claim-lost'));
});
