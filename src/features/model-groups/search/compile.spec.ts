import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SingleProjection } from '../../../../test/support/single-projection.js';
import type { GroupUser } from '../../../domain/model-group/group-user.js';
import { modelGroupsProjection } from '../model-groups.projection.js';
import { compile } from './compile.js';
import type { GroupField, GroupFilter, ListField, TextField } from './filter.js';
import { visibleTo } from './visibility.js';

const TEXTS: readonly TextField[] = ['id', 'name', 'access', 'ownerName'];
const LISTS: readonly ListField[] = [
  'backendRoles',
  'ownerBackendRoles',
  'ownerRoles',
  'nameWords',
  'descriptionWords',
  'backendRolesWords',
  'ownerNameWords',
  'ownerBackendRolesWords',
  'ownerRolesWords',
];
const FIELDS: readonly GroupField[] = [...TEXTS, ...LISTS, 'latestVersion', 'createdTime', 'lastUpdatedTime'];

const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom("'", '"', '?', '\0', '[', '*', 'a'),
);
const either = fc.oneof(value, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const leaf: fc.Arbitrary<GroupFilter> = fc.oneof(
  fc.constantFrom<GroupFilter>({ is: 'all' }, { is: 'none' }),
  fc.record({
    is: fc.constant('oneOf' as const),
    field: fc.constantFrom(...FIELDS),
    values: fc.array(either, { maxLength: 3 }),
  }),
  fc.record({
    is: fc.constant('prefix' as const),
    field: fc.constantFrom(...TEXTS, ...LISTS),
    prefix: value,
  }),
  fc.record({
    is: fc.constant('pattern' as const),
    field: fc.constantFrom(...TEXTS, ...LISTS),
    parts: fc.array(fc.oneof(fc.record({ text: value }), fc.constantFrom('any' as const, 'one' as const)), {
      maxLength: 4,
    }),
  }),
  fc.record({ is: fc.constant('exists' as const), field: fc.constantFrom(...FIELDS) }),
  fc.record({
    is: fc.constant('within' as const),
    field: fc.constantFrom(...FIELDS),
    range: fc.record({ gt: either, gte: either, lt: either, lte: either }, { requiredKeys: [] }),
  }),
  fc.record({
    is: fc.constant('phrase' as const),
    field: fc.constantFrom('nameWords' as const, 'descriptionWords' as const, 'ownerNameWords' as const),
    words: fc.array(value, { minLength: 1, maxLength: 3 }),
  }),
);
const { filter } = fc.letrec<{ filter: GroupFilter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({ is: fc.constant('and' as const), of: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({
      is: fc.constant('some' as const),
      of: fc.array(tie('filter'), { maxLength: 3 }),
      least: fc.nat(3),
    }),
    fc.record({ is: fc.constant('not' as const), of: tie('filter') }),
    fc.record({ is: fc.constant('owner' as const), of: tie('filter') }),
  ),
}));

describe('any filter', () => {
  const projection = new SingleProjection(modelGroupsProjection);
  const group = (modelGroupId: string, more: object): void =>
    projection.happened('ModelGroupRegistered', {
      modelGroupId,
      version: 1,
      name: `name ${modelGroupId}`,
      description: null,
      access: 'public',
      backendRoles: null,
      ownerId: null,
      owner: null,
      nameClaim: modelGroupId,
      personal: {},
      ...more,
    });
  const owned = (ownerId: string) => ({
    ownerId,
    owner: { backendRoles: ['risk'], roles: [] },
    personal: { [ownerId]: { name: 'ana' } },
  });
  group('public', { description: 'card fraud' });
  group('mine', { access: 'private', ...owned('me') });
  group('theirs', { access: 'private', ...owned('them') });
  group('risk', { access: 'restricted', backendRoles: ['risk', 'audit'], ...owned('them') });
  group('it', { access: 'restricted', backendRoles: ['IT'], ...owned('them') });

  const ME: GroupUser = {
    userId: 'me',
    name: 'ana',
    backendRoles: ['risk'],
    securityRoles: ['ml_full_access'],
  };
  const idsOf = (user: GroupUser | null, wanted: GroupFilter): readonly string[] => {
    const visible = visibleTo(user);
    const { sql, parameters } = compile(wanted);
    return projection.readModels
      .all<{ group_id: string }>(
        `SELECT group_id FROM model_groups AS g WHERE ${visible.sql} AND (${sql})`,
        ...visible.parameters,
        ...parameters,
      )
      .map(({ group_id }) => group_id);
  };

  it('is a statement that runs, finds only what may be seen, and is never neither true nor false', () => {
    fc.assert(
      fc.property(filter, (wanted) => {
        const found = idsOf(ME, wanted);
        for (const id of found) expect(['public', 'mine', 'risk']).toContain(id);
        const others = idsOf(ME, { is: 'not', of: wanted });
        expect([...found, ...others].sort()).toStrictEqual(['mine', 'public', 'risk']);
        expect(idsOf(null, wanted)).toStrictEqual(expect.arrayContaining([...found]));
      }),
      { numRuns: 500 },
    );
  });

  it('has nothing of what was sent in its statement', () => {
    const marked = 'MARK';
    const filters: readonly GroupFilter[] = [
      { is: 'oneOf', field: 'name', values: [marked] },
      { is: 'oneOf', field: 'backendRoles', values: [marked, `${marked}2`] },
      { is: 'phrase', field: 'nameWords', words: [marked] },
      { is: 'prefix', field: 'name', prefix: marked },
      { is: 'pattern', field: 'name', parts: [{ text: marked }, 'any'] },
      { is: 'within', field: 'access', range: { gt: marked, lte: marked } },
    ];
    for (const wanted of filters) {
      const { sql, parameters } = compile(wanted);
      expect(sql).not.toContain(marked);
      expect(parameters.join()).toContain(marked);
    }
  });
});
