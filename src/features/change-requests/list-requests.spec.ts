import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newDeployment, platform, userWith } from '../../../test/support/deployments.js';
import {
  approvalAdmin,
  givenGroup,
  GovernanceFixture,
  memberOf,
  policyTerms,
  type GovernanceReplica,
} from '../../../test/support/change-requests.js';
import type { Caller } from '../../domain/shared/caller.js';
import { CreatePolicy } from '../approval-policies/index.js';
import { RegisterDeployment } from '../deployments/index.js';
import {
  CancelChangeRequest,
  ListChangeRequests,
  OpenChangeRequest,
  SubmitReview,
  type ChangeRequestView,
  type RequestFilter,
  type RequestOrder,
} from './index.js';

let fixture: GovernanceFixture;
let replica: GovernanceReplica;
let all: readonly ChangeRequestView[];
const entities: string[] = [];
const owners = [userWith({ userId: 'u-0', username: 'u-0' }), userWith({ userId: 'u-1', username: 'u-1' })];
const risk = memberOf('u-rita', 'risk');

const list = (
  filter: RequestFilter,
  { by = 'createdAt', descending = true }: { by?: RequestOrder; descending?: boolean } = {},
  page = { offset: 0, limit: 100 },
  caller: Caller = platform,
) => replica.queries.execute(new ListChangeRequests(filter, { by, descending }, page, caller));

/** Twelve requests of six deployments: every status, two requesters, one second apart. */
beforeAll(async () => {
  fixture = await GovernanceFixture.open();
  replica = await fixture.replica();
  await givenGroup(replica, 'risk');
  await replica.caughtUp();
  await replica.commands.execute(
    new CreatePolicy(
      policyTerms({ review: { groups: ['risk'], reminderPeriod: null } }),
      approvalAdmin,
      replica.context(),
    ),
  );
  for (let n = 0; n < 6; n++) {
    const deployment = newDeployment({ name: `d-${n}`, owner: `u-${n % 2}` });
    const { deploymentId } = await replica.commands.execute(
      new RegisterDeployment(deployment, platform, replica.context()),
    );
    entities.push(deploymentId);
  }
  await replica.caughtUp();
  for (let n = 0; n < 12; n++) {
    replica.clock.advance(1);
    const entityId = entities[n % 6] ?? '';
    const caller = owners[n % 2] ?? risk;
    const change =
      n < 6
        ? ({ action: 'changeImportance', importance: 'HIGH' } as const)
        : ({ action: 'changeStatus', status: 'inactive' } as const);
    const opened = await replica.commands.execute(
      new OpenChangeRequest(
        { entityId, change, autoApply: n === 11, comment: null },
        caller,
        replica.context(),
      ),
    );
    const { changeRequestId, changeVersionId } = opened;
    const review = (status: 'approved' | 'changesRequested') =>
      new SubmitReview(changeRequestId, { changeVersionId, status, comment: null }, risk, replica.context());
    if (n === 1) await replica.commands.execute(review('approved'));
    if (n === 2) await replica.commands.execute(review('changesRequested'));
    if (n === 3 || n === 8)
      await replica.commands.execute(new CancelChangeRequest(changeRequestId, caller, replica.context()));
  }
  await replica.until(
    async () => (await list({ statuses: ['resolved'] })).total === 1,
    'the last one to be applied',
  );
  all = (await list({})).items;
});
afterAll(() => fixture.close());

const byCode = (left: string, right: string): number => (left < right ? -1 : Number(left !== right));
const ordered = (items: readonly ChangeRequestView[], by: RequestOrder, descending: boolean) => {
  const sign = descending ? -1 : 1;
  return [...items].sort((left, right) => {
    const [a, b] = [left[by], right[by]];
    if (a === null || b === null) {
      if (a !== b) return a === null ? 1 : -1;
      return sign * byCode(left.changeRequestId, right.changeRequestId);
    }
    return sign * (byCode(a, b) || byCode(left.changeRequestId, right.changeRequestId));
  });
};
const ids = (items: readonly ChangeRequestView[]) => items.map(({ changeRequestId }) => changeRequestId);

const fits = (view: ChangeRequestView, filter: RequestFilter, caller: Caller): boolean =>
  (filter.entityIds?.includes(view.entityId) ?? true) &&
  (filter.statuses?.includes(view.status) ?? true) &&
  (filter.mine === undefined || filter.mine === (view.requesterId === (caller.userId ?? 'platform'))) &&
  (filter.approved === undefined || filter.approved === (view.status === 'approved')) &&
  (filter.cancelled === undefined || filter.cancelled === (view.status === 'cancelled'));

describe('the list of change requests', () => {
  it('holds every status', () =>
    expect(new Set(all.map(({ status }) => status))).toStrictEqual(
      new Set(['pending', 'approved', 'changesRequested', 'resolved', 'cancelled']),
    ));

  const filters: (caller: Caller) => readonly RequestFilter[] = () => [
    {},
    { statuses: ['pending'] },
    { statuses: ['pending', 'cancelled', 'approved'] },
    { approved: true },
    { approved: false },
    { cancelled: true },
    { cancelled: false },
    { approved: true, cancelled: true },
    { mine: true },
    { mine: false },
    { mine: false, approved: false, cancelled: false },
    { mine: true, statuses: ['cancelled', 'pending'] },
    { entityIds: [entities[0] ?? '', entities[3] ?? '', 'not\0there'] },
    {
      entityIds: [entities[2] ?? ''],
      statuses: ['changesRequested', 'approved'],
      mine: false,
      cancelled: false,
    },
    { entityIds: [] },
  ];

  describe.each<[string, Caller, (view: ChangeRequestView) => boolean]>([
    ['the platform', platform, () => true],
    ['an approval admin', approvalAdmin, () => true],
    ['an owner of some', owners[0] as Caller, ({ requesterId }) => requesterId === 'u-0'],
    // No group reviews what no policy asks about.
    ['a reviewer', risk, ({ action }) => action === 'changeImportance'],
    ['a stranger', userWith({ userId: 'u-sid', username: 'sid', verifiedEmail: null }), () => false],
  ])('for %s', (_, caller, sees) => {
    it('gives exactly what fits every filter and may be seen, in order and page by page', async () => {
      for (const filter of filters(caller))
        for (const by of ['createdAt', 'updatedAt', 'processedAt'] as const)
          for (const descending of [true, false]) {
            const expected = ids(
              ordered(
                all.filter((view) => sees(view) && fits(view, filter, caller)),
                by,
                descending,
              ),
            );
            const whole = await list(filter, { by, descending }, undefined, caller);
            expect([filter, by, descending, ids(whole.items)]).toStrictEqual([
              filter,
              by,
              descending,
              expected,
            ]);
            expect(whole.total).toBe(expected.length);
            const page = await list(filter, { by, descending }, { offset: 2, limit: 3 }, caller);
            expect(ids(page.items)).toStrictEqual(expected.slice(2, 5));
            expect(page.total).toBe(expected.length);
          }
    });
  });
});
