import { describe, expect, it } from '@jest/globals';
import { deciderSpec } from '../../../test/support/decider-spec.js';
import {
  DEPLOYMENT_ID,
  ledTo,
  registered,
  rolesReplaced,
  STATUSES,
} from '../../../test/support/deployment-events.js';
import { DomainError } from '../shared/domain-error.js';
import { deploymentDecider } from './deployment.decider.js';

const given = deciderSpec(deploymentDecider);
const replace = (roles: readonly string[], unknownRoles: readonly string[] = []) =>
  ({ type: 'ReplaceRoles', deploymentId: DEPLOYMENT_ID, roles, unknownRoles }) as const;
const withRoles = (...roles: string[]) => registered({ allowedRoles: roles });

describe('replacing the roles of a deployment', () => {
  it('says what the list was and is, and what came and went', () =>
    given(withRoles('a', 'b', 'c'))
      .when(replace(['c', 'd', 'a', 'e']))
      .then(
        rolesReplaced({
          before: ['a', 'b', 'c'],
          after: ['c', 'd', 'a', 'e'],
          added: ['d', 'e'],
          removed: ['b'],
        }),
      ));

  it('tells a list never configured from an empty one', () => {
    given(registered())
      .when(replace([]))
      .then(rolesReplaced({ before: null, after: [], added: [], removed: [] }));
    given(registered())
      .when(replace(['a']))
      .then(rolesReplaced({ before: null, after: ['a'], added: ['a'], removed: [] }));
  });

  it('locks the deployment with an empty list, recorded like any other', () =>
    given(withRoles('a'))
      .when(replace([]))
      .then(rolesReplaced({ before: ['a'], after: [], added: [], removed: ['a'] })));

  it('drops repeats and keeps the first, compares exactly and trims nothing', () =>
    given(withRoles())
      .when(replace(['a', 'A', 'a ', 'a', 'A']))
      .then(rolesReplaced({ before: [], after: ['a', 'A', 'a '], added: ['a', 'A', 'a '], removed: [] })));

  it('does nothing when the list is the same, repeats left aside', () => {
    given(withRoles('a', 'b'))
      .when(replace(['a', 'b']))
      .thenNothing();
    given(withRoles('a', 'b'))
      .when(replace(['a', 'b', 'a']))
      .thenNothing();
    given(withRoles()).when(replace([])).thenNothing();
  });

  it('takes another order for another list', () =>
    given(withRoles('a', 'b'))
      .when(replace(['b', 'a']))
      .then(rolesReplaced({ before: ['a', 'b'], after: ['b', 'a'], added: [], removed: [] })));

  it('compares with the list as last replaced', () => {
    const locked = rolesReplaced({ before: ['a'], after: [], added: [], removed: ['a'] });
    given(withRoles('a'), locked).when(replace([])).thenNothing();
    given(withRoles('a'), locked)
      .when(replace(['a']))
      .then(rolesReplaced({ before: [], after: ['a'], added: ['a'], removed: [] }));
  });

  it('notes roles that the directory does not know', () =>
    given(withRoles())
      .when(replace(['a', 'new', 'new'], ['new', 'new']))
      .then(
        rolesReplaced({
          before: [],
          after: ['a', 'new'],
          added: ['a', 'new'],
          removed: [],
          unknownRoles: ['new'],
        }),
      ));

  it.each(STATUSES.filter((status) => status !== 'archived'))('works while it is %s', (status) =>
    given(...ledTo(status))
      .when(replace(['a']))
      .then(rolesReplaced({ before: null, after: ['a'], added: ['a'], removed: [] })),
  );

  it('is refused for an archived deployment, also with the list it has', () => {
    given(...ledTo('archived'))
      .when(replace(['a']))
      .thenRejects('deployment-archived');
    const state = given(...ledTo('archived')).state();
    expect(() => deploymentDecider.decide(replace(['a']), state)).toThrow(
      new DomainError('conflict', 'deployment-archived', 'Deployment is archived'),
    );
  });
});
