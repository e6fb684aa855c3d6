import { describe, expect, it } from '@jest/globals';
import { deciderSpec } from '../../../test/support/decider-spec.js';
import type { NamedUser } from './members.js';
import { MOST_MEMBERS } from './refusals.js';
import { workspaceDecider } from './workspace.decider.js';
import type { UserType, WorkspaceEvent } from './workspace.events.js';

const given = deciderSpec(workspaceDecider);
const W = { workspaceId: 7 } as const;
const NOW = '2023-11-28T21:16:09.891Z';
const CREATED_AT = '2023-11-28T21:16:09.891000+00:00';

const created: WorkspaceEvent = {
  type: 'WorkspaceCreated',
  data: { ...W, name: 'fraud', claimId: 'c-1', createdBy: 'olga', createdAt: CREATED_AT },
};
const provisioned: WorkspaceEvent = {
  type: 'DefaultWorkspaceProvisioned',
  data: {
    ...W,
    ownerId: 'olga',
    createdAt: CREATED_AT,
    personal: { olga: { name: 'o - Default Workspace' } },
  },
};
const added = (userId: string, userType: UserType = 'COLLABORATOR'): WorkspaceEvent => ({
  type: 'WorkspaceMemberAdded',
  data: { ...W, userId, userType },
});
const changed = (userId: string, before: UserType, after: UserType): WorkspaceEvent => ({
  type: 'WorkspaceMemberRoleChanged',
  data: { ...W, userId, before, after },
});
const removed = (userId: string, userType: UserType = 'COLLABORATOR'): WorkspaceEvent => ({
  type: 'WorkspaceMemberRemoved',
  data: { ...W, userId, userType },
});
const archived: WorkspaceEvent = { type: 'WorkspaceArchived', data: { ...W, name: 'fraud' } };
const restored: WorkspaceEvent = { type: 'WorkspaceRestored', data: { ...W, name: 'fraud' } };
const renamed: WorkspaceEvent = {
  type: 'WorkspaceRenamed',
  data: { ...W, before: 'fraud', after: 'scams', claimId: 'c-2' },
};
const abandoned = (claimId: string): WorkspaceEvent => ({
  type: 'WorkspaceNameClaimAbandoned',
  data: { ...W, name: 'fraud', claimId },
});

const known = (userId: string, enabled = true): NamedUser => ({
  status: 'known',
  userId,
  enabled,
  named: userId,
});
const unknown = (userId: string | null): NamedUser => ({ status: 'unknown', userId, named: userId ?? 'a@b' });
const ambiguous: NamedUser = { status: 'ambiguous', named: 'a@b' };
const contradictory: NamedUser = { status: 'contradictory' };
const add = (user: NamedUser, userType: UserType | null = null) =>
  ({ type: 'AddMember', ...W, user, userType }) as const;
const remove = (user: NamedUser) => ({ type: 'RemoveMember', ...W, user }) as const;
const create = {
  type: 'CreateWorkspace',
  ...W,
  name: 'fraud',
  claimId: 'c-1',
  createdBy: 'olga',
  now: NOW,
} as const;
const provide = {
  type: 'ProvisionDefaultWorkspace',
  ...W,
  ownerId: 'olga',
  name: 'o - Default Workspace',
  now: NOW,
} as const;
const abandon = (claimId: string) => ({ type: 'AbandonNameClaim', ...W, name: 'fraud', claimId }) as const;
const rename = { type: 'RenameWorkspace', ...W, name: 'scams', claimId: 'c-2' } as const;

describe('the birth of a workspace', () => {
  it('fixes the text of its time, with six digits', () => given().when(create).then(created));

  it('makes its creator the first owner', () =>
    expect(given(created).state().workspace?.members).toEqual([{ userId: 'olga', userType: 'OWNER' }]));

  it('is refused when its claim to the name was barred meanwhile', () =>
    given(abandoned('c-1')).when(create).thenRejects('workspace-name-claim-overtaken'));

  it('of a default workspace keeps the name with the person', () => {
    given().when(provide).then(provisioned);
    expect(given(provisioned).state().workspace).toMatchObject({
      name: 'o - Default Workspace',
      defaultOf: 'olga',
    });
  });

  it('of a default workspace happens once, whoever comes second', () =>
    given(provisioned).when(provide).thenNothing());
});

describe('a claim to a name', () => {
  it('that went no further is barred', () => given().when(abandon('c-1')).then(abandoned('c-1')));
  it('is barred once', () => given(abandoned('c-1')).when(abandon('c-1')).thenNothing());
  it('that came true is not', () => given(created).when(abandon('c-1')).thenRejects('workspace-name-taken'));
  it('to another name is barred in a workspace that lives on', () =>
    given(created).when(abandon('c-2')).then(abandoned('c-2')));
  it('that was barred can not rename either', () =>
    given(created, abandoned('c-2')).when(rename).thenRejects('workspace-name-claim-overtaken'));
  it('is spent when another one followed', () => {
    given(created, renamed).when(abandon('c-1')).thenNothing();
    expect(given(created, renamed).state().spentClaims).toEqual(['c-1']);
  });
});

describe('adding a member', () => {
  it('makes a collaborator', () =>
    given(created)
      .when(add(known('carl')))
      .then(added('carl')));
  it('makes what is asked for', () =>
    given(created)
      .when(add(known('carl'), 'OWNER'))
      .then(added('carl', 'OWNER')));
  it('again changes nothing', () => {
    given(created, added('carl'))
      .when(add(known('carl')))
      .thenNothing();
    given(created, added('carl'))
      .when(add(known('carl'), 'COLLABORATOR'))
      .thenNothing();
  });
  it('with another role changes the role', () =>
    given(created, added('carl'))
      .when(add(known('carl'), 'OWNER'))
      .then(changed('carl', 'COLLABORATOR', 'OWNER')));
  it('never takes a role away by default', () =>
    given(created)
      .when(add(known('olga')))
      .thenNothing());
  it('takes one away when asked to', () =>
    given(created, added('carl', 'OWNER'))
      .when(add(known('olga'), 'COLLABORATOR'))
      .then(changed('olga', 'OWNER', 'COLLABORATOR')));
  it('does not take it from the last owner', () =>
    given(created, added('carl'))
      .when(add(known('olga'), 'COLLABORATOR'))
      .thenRejects('last-owner'));
  it.each([
    [unknown('carl'), 'unknown-user'],
    [unknown(null), 'unknown-user'],
    [known('carl', false), 'user-disabled'],
    [ambiguous, 'ambiguous-user'],
    [contradictory, 'different-users'],
  ])('%j is refused', (user, code) => given(created).when(add(user)).thenRejects(code));
  it('is refused while it is archived, and not any more when it is restored', () => {
    given(created, archived)
      .when(add(known('carl')))
      .thenRejects('workspace-archived');
    given(created, archived, restored)
      .when(add(known('carl')))
      .then(added('carl'));
  });
  it('is refused beyond the limit', () => {
    const full = Array.from({ length: MOST_MEMBERS - 1 }, (_, n) => added(`u-${n}`));
    given(created, ...full)
      .when(add(known('carl')))
      .thenRejects('too-many-members');
    given(created, ...full)
      .when(add(known('u-1'), 'OWNER'))
      .then(changed('u-1', 'COLLABORATOR', 'OWNER'));
  });
  it('to a default workspace is possible', () =>
    given(provisioned)
      .when(add(known('carl')))
      .then(added('carl')));
  it('is refused when there is no workspace', () =>
    given()
      .when(add(known('carl')))
      .thenRejects('workspace-not-found'));
});

describe('removing a member', () => {
  it('ends the membership', () =>
    given(created, added('carl'))
      .when(remove(known('carl')))
      .then(removed('carl')));
  it('works when the directory knows him no more, or not as enabled', () => {
    given(created, added('carl'))
      .when(remove(unknown('carl')))
      .then(removed('carl'));
    given(created, added('carl'))
      .when(remove(known('carl', false)))
      .then(removed('carl'));
  });
  it.each([known('carl'), unknown('nobody'), unknown(null)])('%j is no member: nothing', (user) =>
    given(created).when(remove(user)).thenNothing(),
  );
  it('works while it is archived', () =>
    given(created, added('carl'), archived)
      .when(remove(known('carl')))
      .then(removed('carl')));
  it('is refused for the last owner, archived or not', () => {
    given(created, added('carl'))
      .when(remove(known('olga')))
      .thenRejects('last-owner');
    given(created, added('carl'), archived)
      .when(remove(known('olga')))
      .thenRejects('last-owner');
  });
  it('is refused for the owner of a default workspace, however many owners there are', () =>
    given(provisioned, added('carl', 'OWNER'))
      .when(remove(known('olga')))
      .thenRejects('default-workspace-owner'));
  it.each([
    [ambiguous, 'ambiguous-user'],
    [contradictory, 'different-users'],
  ])('%j is refused', (user, code) => given(created).when(remove(user)).thenRejects(code));
  it('and adding him again makes him the newest', () =>
    expect(
      given(created, added('carl'), added('dora'), removed('carl'), added('carl'))
        .state()
        .workspace?.members.map(({ userId }) => userId),
    ).toEqual(['olga', 'dora', 'carl']));
});

describe('archive, restore, rename', () => {
  const archive = { type: 'ArchiveWorkspace', ...W } as const;
  const restore = { type: 'RestoreWorkspace', ...W } as const;

  it('are done', () => {
    given(created).when(archive).then(archived);
    given(created, archived).when(restore).then(restored);
    given(created).when(rename).then(renamed);
  });
  it('are done once', () => {
    given(created, archived).when(archive).thenNothing();
    given(created).when(restore).thenNothing();
    given(created, renamed).when(rename).thenNothing();
  });
  it('are not done to a default workspace', () => {
    given(provisioned).when(archive).thenRejects('default-workspace');
    given(provisioned).when(rename).thenRejects('default-workspace');
  });
  it('need one that exists', () => {
    for (const command of [archive, restore, rename])
      given().when(command).thenRejects('workspace-not-found');
  });
  it('an archived one keeps its name', () =>
    given(created, archived).when(rename).thenRejects('workspace-archived'));
});

describe('models and pipelines', () => {
  const artifact = { artifactId: 'm-1', number: 3, name: 'Churn' };
  const command = (type: 'LinkArtifact' | 'UnlinkArtifact', kind: 'model' | 'pipeline') =>
    ({ type, ...W, kind, artifact }) as const;
  const event = (type: WorkspaceEvent['type']) => ({ type, data: { ...W, ...artifact } }) as WorkspaceEvent;

  it.each([
    ['model', 'WorkspaceModelLinked', 'WorkspaceModelUnlinked'],
    ['pipeline', 'WorkspacePipelineLinked', 'WorkspacePipelineUnlinked'],
  ] as const)('a %s is linked and unlinked once', (kind, linked, unlinked) => {
    given(created).when(command('LinkArtifact', kind)).then(event(linked));
    given(created, event(linked)).when(command('LinkArtifact', kind)).thenNothing();
    given(created, event(linked)).when(command('UnlinkArtifact', kind)).then(event(unlinked));
    given(created, event(linked), event(unlinked)).when(command('UnlinkArtifact', kind)).thenNothing();
  });

  it('are counted apart', () =>
    expect(given(created, event('WorkspaceModelLinked')).state().workspace).toMatchObject({
      models: [3],
      pipelines: [],
    }));

  it('are linked also to one that was archived meanwhile: they were registered for it', () =>
    given(created, archived).when(command('LinkArtifact', 'model')).then(event('WorkspaceModelLinked')));
});
