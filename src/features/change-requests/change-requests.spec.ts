import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { splitStreamName } from '../../domain/events.js';
import type { Caller } from '../../domain/shared/caller.js';
import { keyed, newDeployment, platform, refusalOf, userWith } from '../../../test/support/deployments.js';
import {
  approvalAdmin,
  givenGroup,
  givenPerson,
  GovernanceFixture,
  memberOf,
  policyTerms,
  type GovernanceReplica,
} from '../../../test/support/change-requests.js';
import { CreatePolicy, DeletePolicy, GetPolicy, type PolicyTerms } from '../approval-policies/index.js';
import { ChangeDeployment, GetGovernedDeployment, UpdateDeployment } from '../direct-changes/index.js';
import {
  ArchiveDeployment,
  GetDeployment,
  RegisterDeployment,
  ReplaceRoles,
  StopDeployment,
} from '../deployments/index.js';
import { RecordArtifact } from '../artifacts/index.js';
import {
  CancelChangeRequest,
  GetApplication,
  GetChangeRequest,
  GetSchedule,
  ListChangeRequests,
  ListReviews,
  ListSuggestedReviewers,
  OpenChangeRequest,
  ResolveChangeRequest,
  ReviseChangeRequest,
  SubmitReview,
  type Change,
  type ChangeRequestView,
} from './index.js';

let fixture: GovernanceFixture;
let replica: GovernanceReplica;
const bob = userWith();
const risk = memberOf('u-rita', 'risk');
const legal = memberOf('u-leo', 'legal');

beforeAll(async () => {
  fixture = await GovernanceFixture.open();
  replica = await fixture.replica();
  for (const group of ['risk', 'legal']) await givenGroup(replica, group);
  await givenPerson(replica, 'u-bob', { groups: ['risk'] });
  await givenPerson(replica, 'u-rita', { groups: ['risk'] });
  await givenPerson(replica, 'u-leo', { groups: ['legal'] });
  await givenPerson(replica, 'u-ann', { roles: ['approval-admin'] });
  await replica.caughtUp();
});
afterAll(() => fixture.close());

let deployments = 0;
const deploy = async (more: Parameters<typeof newDeployment>[0] = {}): Promise<string> => {
  const name = `d-${++deployments}`;
  const { deploymentId } = await replica.commands.execute(
    new RegisterDeployment(newDeployment({ name, ...more }), platform, replica.context()),
  );
  await replica.caughtUp();
  return deploymentId;
};

/** A policy for the time of one test. */
const under = async (
  terms: Partial<PolicyTerms>,
  test: (policyId: string) => Promise<void>,
): Promise<void> => {
  const { policyId } = await replica.commands.execute(
    new CreatePolicy(policyTerms(terms), approvalAdmin, replica.context()),
  );
  await replica.caughtUp();
  try {
    await test(policyId);
  } finally {
    await replica.commands
      .execute(new DeletePolicy(policyId, approvalAdmin, replica.context()))
      .catch(() => undefined);
    await replica.caughtUp();
  }
};

const HIGH: Change = { action: 'changeImportance', importance: 'HIGH' };

const request = (
  entityId: string,
  change: Change = HIGH,
  { autoApply = false, caller = bob }: { autoApply?: boolean; caller?: Caller } = {},
): Promise<ChangeRequestView> =>
  replica.commands.execute(
    new OpenChangeRequest({ entityId, change, autoApply, comment: null }, caller, replica.context()),
  );

const review = (
  { changeRequestId, changeVersionId }: ChangeRequestView,
  caller: Caller,
  status: 'approved' | 'changesRequested' | 'commented' = 'approved',
) =>
  replica.commands.execute(
    new SubmitReview(changeRequestId, { changeVersionId, status, comment: null }, caller, replica.context()),
  );

const get = async (
  { changeRequestId }: ChangeRequestView,
  caller: Caller = bob,
): Promise<ChangeRequestView> => {
  await replica.caughtUp();
  return replica.queries.execute(new GetChangeRequest(changeRequestId, caller));
};

const becomes = (opened: ChangeRequestView, status: ChangeRequestView['status']): Promise<void> =>
  replica.until(async () => (await get(opened, platform)).status === status, `${status} request`);

const typesIn = async (stream: string): Promise<readonly string[]> =>
  (await fixture.events(stream)).map(({ type }) => type);

const aggregateOf = (stream: string): string => splitStreamName(stream).aggregate;

const twoGroups = { review: { groups: ['risk', 'legal'], reminderPeriod: null } };

describe('a change that no policy asks about', () => {
  it('is approved at once and applied when told', async () => {
    const entityId = await deploy();
    const opened = await request(entityId);
    expect(opened).toMatchObject({ status: 'approved', approvalsRequired: 0, statusChangedBy: null });
    const { attempt } = await replica.commands.execute(
      new ResolveChangeRequest(opened.changeRequestId, bob, replica.context()),
    );
    expect(attempt).toBe(1);
    await becomes(opened, 'resolved');
    expect(await get(opened)).toMatchObject({
      status: 'resolved',
      statusChangedBy: 'u-bob',
      diff: { changesFrom: ['Importance: MODERATE'], changesTo: ['Importance: HIGH'] },
    });
    expect(await replica.queries.execute(new GetDeployment(entityId))).toMatchObject({ importance: 'HIGH' });
    expect(await replica.queries.execute(new GetApplication(opened.changeRequestId, 1, bob))).toMatchObject({
      state: 'completed',
    });
  });
});

describe('a change that two groups have to approve', () => {
  it('is applied by itself when both have, with what they stood for in its history', () =>
    under(twoGroups, async (policyId) => {
      const entityId = await deploy();
      const opened = await request(entityId, HIGH, { autoApply: true });
      expect(opened).toMatchObject({ status: 'pending', approvalsRequired: 2, policyId });
      await replica.caughtUp();
      expect(await replica.queries.execute(new GetPolicy(policyId, approvalAdmin))).toMatchObject({
        openRequests: 1,
      });
      await review(opened, risk);
      expect(await get(opened)).toMatchObject({ status: 'pending' });
      await review(opened, legal);
      await becomes(opened, 'resolved');
      const [first, ...rest] = await fixture.events(`changeRequest-${opened.changeRequestId}`);
      expect(first?.data).toMatchObject({
        requirement: {
          policy: { policyId, version: 1 },
          groups: [
            { groupId: 'risk', name: 'RISK', memberCount: 2, members: ['u-bob', 'u-rita'] },
            { groupId: 'legal', name: 'LEGAL', memberCount: 1, members: ['u-leo'] },
          ],
        },
      });
      expect(rest.map(({ type }) => type)).toStrictEqual([
        'ReviewSubmitted',
        'ReviewSubmitted',
        'ChangeRequestApproved',
        'ChangeApplicationStarted',
        'ChangeRequestResolved',
      ]);
      await replica.caughtUp();
      expect(await replica.queries.execute(new GetPolicy(policyId, approvalAdmin))).toMatchObject({
        openRequests: 0,
      });
    }));
});

describe('each kind of change', () => {
  const model = { name: 'Churn v4', version: null, workspaceId: null, modelGroupId: null };

  beforeAll(async () => {
    for (const [kind, artifactId] of [
      ['model', 'm-1'],
      ['modelPackage', 'p-1'],
      ['secondaryDatasetsConfig', 's-1'],
    ] as const)
      await replica.commands.execute(
        new RecordArtifact(kind, artifactId, model, platform, replica.context()),
      );
    await replica.caughtUp();
  });

  it.each<[Change, Record<string, unknown>]>([
    [{ action: 'changeStatus', status: 'inactive' }, { status: 'stopped' }],
    [HIGH, { importance: 'HIGH' }],
    [{ action: 'cleanupStats', dataType: 'monitoring', start: null, end: null, modelId: 'm-1' }, {}],
    [{ action: 'delete', defaultDeploymentId: null, ignoreManagementAgent: null }, { status: 'archived' }],
    [{ action: 'replaceModel', modelId: 'm-1', replacementReason: 'accuracy' }, { modelId: 'm-1' }],
    [
      { action: 'replaceModelPackage', modelPackageId: 'p-1', replacementReason: 'errors' },
      { modelPackageId: 'p-1' },
    ],
    [
      { action: 'updateSecondaryDatasetConfigs', secondaryDatasetsConfigId: 's-1' },
      { secondaryDatasetsConfigId: 's-1' },
    ],
    [{ action: 'replaceRoles', allowedRoles: ['x'] }, { allowedRoles: ['x'] }],
  ])('%j, requested without a policy, is carried out by itself', async (change, expected) => {
    const entityId = await deploy();
    const opened = await request(entityId, change, { autoApply: true });
    await becomes(opened, 'resolved');
    expect(await replica.queries.execute(new GetDeployment(entityId))).toMatchObject(expected);
    expect((await typesIn(`deployment-${entityId}`)).at(-1)).toBe('ApprovedChangeApplied');
  });

  it('approve: a deployment registered under a policy asks for it by itself, in the name of who registered it', () =>
    under(
      {
        trigger: {
          entityType: 'deployment',
          action: 'create',
          condition: null,
          filterGroups: null,
          labels: null,
        },
      },
      async (policyId) => {
        const name = `d-${++deployments}`;
        const { deploymentId, approvalStatus } = await replica.commands.execute(
          new RegisterDeployment(newDeployment({ name }), bob, replica.context()),
        );
        expect(approvalStatus).toBe('PENDING');
        const listed = () =>
          replica.queries.execute(
            new ListChangeRequests(
              { entityIds: [deploymentId] },
              { by: 'createdAt', descending: true },
              { offset: 0, limit: 10 },
              bob,
            ),
          );
        await replica.until(async () => (await listed()).total === 1, 'a request for the approval');
        const [opened] = (await listed()).items;
        expect(opened).toMatchObject({
          action: 'approve',
          status: 'pending',
          requesterId: 'u-bob',
          autoApply: true,
          policyId,
        });
        await review(opened as ChangeRequestView, approvalAdmin);
        await becomes(opened as ChangeRequestView, 'resolved');
        expect(await replica.queries.execute(new GetDeployment(deploymentId))).toMatchObject({
          approvalStatus: 'APPROVED',
        });
      },
    ));
});

describe('asking for a change', () => {
  it('a second time while the first is open is refused, naming the first; afterwards it is not', async () => {
    const entityId = await deploy();
    const first = await request(entityId);
    expect(
      await refusalOf(request(entityId, { action: 'changeImportance', importance: 'LOW' })),
    ).toMatchObject({
      kind: 'conflict',
      code: 'change-request-open',
      details: { changeRequestId: first.changeRequestId },
    });
    await request(entityId, { action: 'changeStatus', status: 'inactive' });
    await replica.commands.execute(new CancelChangeRequest(first.changeRequestId, bob, replica.context()));
    expect(await request(entityId)).toMatchObject({ status: 'approved' });
  });

  it('costs one reading of a stream and two appends', async () => {
    const entityId = await deploy();
    const calls: string[] = [];
    replica.store.beforeRead = (stream) => void calls.push(`read ${aggregateOf(stream)}`);
    replica.store.beforeAppend = (stream) => void calls.push(`append to ${aggregateOf(stream)}`);
    try {
      await request(entityId);
    } finally {
      replica.store.beforeRead = replica.store.beforeAppend = () => undefined;
    }
    expect(calls).toEqual(['read deployment', 'append to openChangeRequest', 'append to changeRequest']);
  });

  it('of two at the same time one is opened', async () => {
    const entityId = await deploy();
    const other = await fixture.replica();
    await other.caughtUp();
    const command = (context: GovernanceReplica) =>
      context.commands.execute(
        new OpenChangeRequest(
          { entityId, change: HIGH, autoApply: false, comment: null },
          bob,
          context.context(),
        ),
      );
    const settled = await Promise.allSettled([
      command(replica),
      command(other),
      command(replica),
      command(other),
    ]);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await other.stop();
  });

  it('that stopped half-way is finished by a repeat with the same key, and taken over by any other', async () => {
    const crash = new Error('the process died');
    const entityId = await deploy();
    const open = (key?: string) =>
      replica.commands.execute(
        new OpenChangeRequest(
          { entityId, change: HIGH, autoApply: false, comment: null },
          bob,
          replica.context(key === undefined ? {} : keyed(`${entityId} ${key}`)),
        ),
      );
    replica.store.beforeAppend = (stream) => {
      if (stream.startsWith('changeRequest-')) throw crash;
    };
    expect(await refusalOf(open('k'))).toBe(crash);
    replica.store.beforeAppend = () => undefined;
    const finished = await open('k');
    expect((await open('k')).changeRequestId).toBe(finished.changeRequestId);
    await replica.commands.execute(new CancelChangeRequest(finished.changeRequestId, bob, replica.context()));

    replica.store.beforeAppend = (stream) => {
      if (stream.startsWith('changeRequest-')) throw crash;
    };
    await refusalOf(open('l'));
    replica.store.beforeAppend = () => undefined;
    await open();
    expect(await refusalOf(open('l'))).toMatchObject({ kind: 'conflict' });
  });

  it.each<[string, Change, string]>([
    ['what is there already', { action: 'changeImportance', importance: 'MODERATE' }, 'nothing-to-change'],
    [
      'the approval of what is approved',
      { action: 'approve', approvalStatus: 'APPROVED' },
      'nothing-to-change',
    ],
    [
      'a model nobody knows',
      { action: 'replaceModel', modelId: 'm-9', replacementReason: 'other' },
      'reference-not-found',
    ],
    [
      'a span that ends before it starts',
      {
        action: 'cleanupStats',
        dataType: 'monitoring',
        start: '2026-02-01T00:00:00.000Z',
        end: '2026-01-01T00:00:00.000Z',
        modelId: null,
      },
      'span-empty',
    ],
  ])('to %s is refused', async (_, change, code) =>
    expect(await refusalOf(request(await deploy(), change))).toMatchObject({ code }),
  );

  it('is not there for strangers, and forbidden to those who see the deployment only', async () => {
    const entityId = await deploy();
    expect(await refusalOf(request(entityId, HIGH, { caller: legal }))).toMatchObject({ kind: 'not-found' });
    expect(await refusalOf(request(entityId, HIGH, { caller: approvalAdmin }))).toMatchObject({
      kind: 'forbidden',
      code: 'change-forbidden',
    });
  });
});

describe('a request that is under way', () => {
  it('is seen by those it concerns, and by nobody else', () =>
    under(twoGroups, async () => {
      const entityId = await deploy({ allowedRoles: ['engineer'] });
      const opened = await request(entityId);
      const engineer = userWith({
        userId: 'u-eve',
        username: 'eve',
        verifiedEmail: null,
        roles: ['engineer'],
      });
      const stranger = userWith({ userId: 'u-sid', username: 'sid', verifiedEmail: null });
      for (const caller of [bob, risk, legal, engineer, approvalAdmin, platform])
        expect(await get(opened, caller)).toMatchObject({ changeRequestId: opened.changeRequestId });
      expect(await refusalOf(get(opened, stranger))).toMatchObject({ code: 'change-request-not-found' });
      const seen = async (caller: Caller) =>
        (
          await replica.queries.execute(
            new ListChangeRequests(
              { entityIds: [entityId] },
              { by: 'createdAt', descending: true },
              { offset: 0, limit: 10 },
              caller,
            ),
          )
        ).total;
      for (const caller of [bob, risk, legal, engineer, approvalAdmin, platform])
        expect(await seen(caller)).toBe(1);
      expect(await seen(stranger)).toBe(0);
      expect(await replica.queries.execute(new GetGovernedDeployment(entityId, risk))).toMatchObject({
        openChangeRequests: [opened.changeRequestId],
      });
      expect(
        await refusalOf(replica.queries.execute(new GetGovernedDeployment(entityId, stranger))),
      ).toMatchObject({
        kind: 'not-found',
      });
    }));

  it('tells each caller what he may do', () =>
    under(twoGroups, async () => {
      const opened = await request(await deploy());
      expect((await get(opened, bob)).userOperations).toStrictEqual({
        canCancel: true,
        canComment: true,
        canResolve: false,
        canReview: false,
        canUpdate: true,
      });
      expect((await get(opened, risk)).userOperations).toMatchObject({ canReview: true, canUpdate: false });
      expect(
        await replica.queries.execute(
          new ListSuggestedReviewers(opened.changeRequestId, { offset: 0, limit: 10 }, bob),
        ),
      ).toMatchObject({ items: [{ userId: 'u-leo' }, { userId: 'u-rita' }], total: 2 });
    }));

  it('revised, is matched anew, and its reviews stay listed under their version', () =>
    under(twoGroups, async () => {
      const opened = await request(await deploy());
      await review(opened, risk);
      const revised = await replica.commands.execute(
        new ReviseChangeRequest(
          opened.changeRequestId,
          { change: { action: 'changeImportance', importance: 'LOW' } },
          bob,
          replica.context(),
        ),
      );
      expect(revised).toMatchObject({ status: 'pending', diff: { changesTo: ['Importance: LOW'] } });
      expect(revised.changeVersionId).not.toBe(opened.changeVersionId);
      expect(await refusalOf(review(opened, legal))).toMatchObject({ code: 'version-outdated' });
      await replica.caughtUp();
      const reviews = await replica.queries.execute(
        new ListReviews(opened.changeRequestId, {}, { offset: 0, limit: 10 }, bob),
      );
      expect(reviews.items).toMatchObject([
        { changeVersionId: opened.changeVersionId, status: 'approved', reviewerEmail: 'u-rita@example.com' },
      ]);
    }));

  it('keeps what it is held to when the policy is deleted, without its timers', () =>
    under({ review: { groups: ['risk'], reminderPeriod: 'P1D' } }, async (policyId) => {
      const opened = await request(await deploy());
      await replica.caughtUp();
      const schedule = () => replica.queries.execute(new GetSchedule(opened.changeRequestId, bob));
      expect((await schedule()).items).toMatchObject([{ kind: 'reminder', action: null }]);
      await replica.commands.execute(new DeletePolicy(policyId, approvalAdmin, replica.context()));
      await replica.caughtUp();
      expect((await schedule()).items).toStrictEqual([]);
      await review(opened, risk, 'commented');
      await replica.caughtUp();
      expect((await schedule()).items).toStrictEqual([]);
      expect(await get(opened)).toMatchObject({ status: 'pending', approvalsRequired: 1 });
    }));

  it('whose groups have nobody to ask but the requester says so', async () => {
    await givenGroup(replica, 'solo');
    await givenPerson(replica, 'u-bob', { groups: ['risk', 'solo'] });
    await replica.caughtUp();
    await under({ review: { groups: ['solo', 'legal'], reminderPeriod: null } }, async () => {
      const opened = await request(await deploy());
      await replica.caughtUp();
      expect(await replica.queries.execute(new GetSchedule(opened.changeRequestId, bob))).toMatchObject({
        unsatisfiable: [{ groupId: 'solo', name: 'SOLO' }],
      });
    });
  });

  it('is cancelled by the system when its deployment is archived, with the diff as it was', () =>
    under(twoGroups, async () => {
      const entityId = await deploy();
      const opened = await request(entityId);
      const { model, name } = await replica.queries.execute(new GetDeployment(entityId));
      await replica.commands.execute(new ArchiveDeployment(model, name, platform, replica.context()));
      await becomes(opened, 'cancelled');
      expect(await get(opened)).toMatchObject({
        statusChangedBy: null,
        statusChangedAt: null,
        diff: { changesFrom: ['Importance: MODERATE'] },
      });
    }));
});

describe('a direct change', () => {
  const config = (filterGroups: readonly string[] | null = null) =>
    ({
      trigger: {
        entityType: 'deploymentConfig',
        action: 'update',
        condition: null,
        filterGroups,
        labels: null,
      },
    }) as const;

  it('of the roles is refused under a policy, and the policy named', () =>
    under(config(), async (policyId) => {
      const entityId = await deploy();
      const { model, name } = await replica.queries.execute(new GetDeployment(entityId));
      const refused = {
        kind: 'conflict',
        code: 'approval-required',
        details: { policyId, action: 'replaceRoles' },
      };
      const direct = new ReplaceRoles(model, name, ['x'], platform, replica.context());
      expect(await refusalOf(replica.commands.execute(direct))).toMatchObject(refused);
      const byId = new ChangeDeployment(
        entityId,
        { action: 'replaceRoles', allowedRoles: ['x'] },
        bob,
        replica.context(),
      );
      expect(await refusalOf(replica.commands.execute(byId))).toMatchObject(refused);
    }));

  it('passes when the policy is for others', () =>
    under(config(['legal']), async () => {
      const entityId = await deploy();
      const change = new ChangeDeployment(
        entityId,
        { action: 'replaceRoles', allowedRoles: ['x'] },
        bob,
        replica.context(),
      );
      expect(await replica.commands.execute(change)).toMatchObject({ allowedRoles: ['x'] });
    }));

  it.each([
    ['stopping', 'deploymentStatus', 'update', StopDeployment],
    ['archiving', 'deployment', 'delete', ArchiveDeployment],
  ] as const)('%s is gated by a policy on it', (_, entityType, action, Command) =>
    under(
      { trigger: { entityType, action, condition: null, filterGroups: null, labels: null } },
      async (policyId) => {
        const { model, name } = await replica.queries.execute(new GetDeployment(await deploy()));
        expect(
          await refusalOf(replica.commands.execute(new Command(model, name, platform, replica.context()))),
        ).toMatchObject({ code: 'approval-required', details: { policyId } });
      },
    ),
  );

  it('of the importance is gated by the present and by the new one; the label is free', () =>
    under(
      {
        trigger: {
          entityType: 'deployment',
          action: 'update',
          condition: { condition: 'equals', fieldName: 'importance', values: ['CRITICAL'] },
          filterGroups: null,
          labels: null,
        },
      },
      async () => {
        const update = (entityId: string, details: UpdateDeployment['details']) =>
          replica.commands.execute(new UpdateDeployment(entityId, details, bob, replica.context()));
        const critical = await deploy({ importance: 'CRITICAL' });
        const moderate = await deploy();
        for (const [entityId, importance] of [
          [critical, 'LOW'],
          [moderate, 'CRITICAL'],
        ] as const)
          expect(await refusalOf(update(entityId, { importance }))).toMatchObject({
            code: 'approval-required',
          });
        expect(await update(moderate, { importance: 'LOW' })).toMatchObject({ importance: 'LOW' });
        expect(await update(critical, { label: 'Crown jewel' })).toMatchObject({ label: 'Crown jewel' });
      },
    ));
});
