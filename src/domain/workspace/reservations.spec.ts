import { describe, expect, it } from '@jest/globals';
import { deciderSpec } from '../../../test/support/decider-spec.js';
import { userWith } from '../../../test/support/deployments.js';
import { requireMayChangeMember, requireOwner, requireVisible } from './access.js';
import { defaultWorkspaceDecider } from './default-workspace.decider.js';
import { WORKSPACE_NAME, workspaceNameDecider } from './workspace-name.decider.js';
import { workspaceNumberDecider } from './workspace-number.decider.js';
import type { Workspace } from './workspace.state.js';

describe('the name of a workspace', () => {
  it.each(['a', '1', 'a--b', 'a-b-1', 'a'.repeat(63)])('may be %j', (name) =>
    expect(WORKSPACE_NAME.test(name)).toBe(true),
  );

  it.each([
    '',
    'a'.repeat(64),
    '-a',
    'a-',
    'a.b',
    'a_b',
    'A',
    'é',
    'a b',
    'a\n',
    'ａ',
    '５',
    'a\u0000',
    ' a',
  ])('may not be %j', (name) => expect(WORKSPACE_NAME.test(name)).toBe(false));
});

describe('the reservation of a name', () => {
  const given = deciderSpec(workspaceNameDecider);
  const reserved = (claimId: string, workspaceId: number, takenOverFrom: string | null = null) =>
    ({
      type: 'WorkspaceNameReserved',
      data: { workspaceId, name: 'fraud', claimId, takenOverFrom },
    }) as const;
  const reserve = (claimId: string, workspaceId: number, lapsedClaim: string | null = null) =>
    ({ type: 'ReserveWorkspaceName', workspaceId, name: 'fraud', claimId, lapsedClaim }) as const;

  it('goes to the first', () => given().when(reserve('c-1', 1)).then(reserved('c-1', 1)));
  it('is made once', () => given(reserved('c-1', 1)).when(reserve('c-1', 1)).thenNothing());
  it('is not for a second one', () =>
    given(reserved('c-1', 1)).when(reserve('c-2', 2)).thenRejects('workspace-name-claim-overtaken'));
  it('goes on from a claim that has lapsed', () =>
    given(reserved('c-1', 1))
      .when(reserve('c-2', 2, 'c-1'))
      .then(reserved('c-2', 2, 'c-1')));
  it('and from no other', () =>
    given(reserved('c-1', 1), reserved('c-2', 2, 'c-1'))
      .when(reserve('c-3', 3, 'c-1'))
      .thenRejects('workspace-name-claim-overtaken'));
});

it('the first reservation of a default workspace counts', () => {
  const given = deciderSpec(defaultWorkspaceDecider);
  const reserved = { type: 'DefaultWorkspaceReserved', data: { userId: 'u', workspaceId: 4 } } as const;
  given().when({ type: 'ReserveDefaultWorkspace', userId: 'u', workspaceId: 4 }).then(reserved);
  given(reserved).when({ type: 'ReserveDefaultWorkspace', userId: 'u', workspaceId: 5 }).thenNothing();
  expect(given(reserved).state()).toBe(4);
});

it('numbers begin with 1 and go on after the last one given out', () => {
  const given = deciderSpec(workspaceNumberDecider);
  const drawn = (number: number) => ({ type: 'WorkspaceNumberDrawn', data: { number } }) as const;
  const draw = { type: 'DrawWorkspaceNumber' } as const;
  given().when(draw).then(drawn(1));
  given(drawn(1), drawn(2)).when(draw).then(drawn(3));
});

describe('who may do what', () => {
  const workspace: Workspace = {
    workspaceId: 7,
    name: 'fraud',
    defaultOf: null,
    archived: false,
    createdAt: '',
    createdBy: 'olga',
    claimId: 'c-1',
    members: [
      { userId: 'olga', userType: 'OWNER' },
      { userId: 'carl', userType: 'COLLABORATOR' },
    ],
    models: [],
    pipelines: [],
  };
  const owner = userWith({ userId: 'olga' });
  const collaborator = userWith({ userId: 'carl' });
  const admin = userWith({ userId: 'adam', isAdmin: true });
  const other = userWith({ userId: 'mallory' });
  const platform = userWith({ kind: 'platform', userId: null });
  const told = (rule: () => unknown): string => {
    try {
      rule();
      return 'yes';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  const NO = 'owner-required';
  const HIDDEN = 'workspace-not-found';

  it.each([
    ['owner', owner, 'yes', 'yes', 'yes', 'yes'],
    ['collaborator', collaborator, 'yes', NO, 'yes', NO],
    ['admin', admin, 'yes', 'yes', 'yes', 'yes'],
    ['platform', platform, 'yes', 'yes', 'yes', 'yes'],
    ['other', other, HIDDEN, HIDDEN, HIDDEN, HIDDEN],
  ] as const)('%s: see, change members, leave, govern', (_, caller, see, change, leave, govern) => {
    const state = { workspace, spentClaims: [] };
    expect([
      told(() => requireVisible(state, 7, caller)),
      told(() => requireMayChangeMember(state, 7, caller, false)),
      told(() => requireMayChangeMember(state, 7, caller, true)),
      told(() => requireOwner(state, 7, caller)),
    ]).toEqual([see, change, leave, govern]);
  });

  it('one that does not exist is refused as one that is hidden', () => {
    const none = { workspace: null, spentClaims: [] };
    for (const caller of [owner, other, admin, platform])
      expect(told(() => requireVisible(none, 7, caller))).toBe(HIDDEN);
  });
});
