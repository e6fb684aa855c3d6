import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newDeployment, platform, userWith } from '../../../test/support/deployments.js';
import {
  approvalAdmin,
  givenGroup,
  givenPerson,
  GovernanceFixture,
  memberOf,
  policyTerms,
  type GovernanceReplica,
} from '../../../test/support/change-requests.js';
import { SetClock } from '../../../test/support/set-clock.js';
import { CreatePolicy, DeletePolicy, UpdatePolicy, type PolicyTerms } from '../approval-policies/index.js';
import {
  OpenChangeRequest,
  ReviseChangeRequest,
  SubmitReview,
  type ChangeRequestView,
} from '../change-requests/index.js';
import { RegisterDeployment } from '../deployments/index.js';

const bob = userWith({ groups: ['risk'] });
const rita = memberOf('u-rita', 'risk');
const MINUTE = 60;
const START = '2026-05-05T05:00:00.000Z';
const after = (minutes: number): string => new Date(Date.parse(START) + minutes * 60_000).toISOString();

let fixture: GovernanceFixture;
let replica: GovernanceReplica;
let policyId: string;
let entities = 0;

beforeEach(async () => {
  fixture = await GovernanceFixture.open();
  replica = await fixture.replica(new SetClock(START));
  await givenGroup(replica, 'risk');
  await givenPerson(replica, 'u-bob', { groups: ['risk'] });
  for (const userId of ['u-rita', 'u-rolf']) await givenPerson(replica, userId, { groups: ['risk'] });
  await replica.caughtUp();
});
afterEach(() => fixture.close());

const terms = (more: Partial<PolicyTerms>): PolicyTerms =>
  policyTerms({ review: { groups: ['risk'], reminderPeriod: null }, ...more });
const under = async (more: Partial<PolicyTerms>): Promise<void> => {
  ({ policyId } = await replica.commands.execute(
    new CreatePolicy(terms(more), approvalAdmin, replica.context()),
  ));
  await replica.caughtUp();
};
const change = async (more: Partial<PolicyTerms>): Promise<void> => {
  await replica.commands.execute(new UpdatePolicy(policyId, terms(more), approvalAdmin, replica.context()));
  await replica.caughtUp();
};
const request = async (autoApply = false): Promise<ChangeRequestView> => {
  const { deploymentId: entityId } = await replica.commands.execute(
    new RegisterDeployment(newDeployment({ name: `d-${++entities}` }), platform, replica.context()),
  );
  await replica.caughtUp();
  const opened = await replica.commands.execute(
    new OpenChangeRequest(
      { entityId, change: { action: 'changeImportance', importance: 'HIGH' }, autoApply, comment: null },
      bob,
      replica.context(),
    ),
  );
  await replica.caughtUp();
  return opened;
};
const review = async (
  { changeRequestId, changeVersionId }: ChangeRequestView,
  status: 'approved' | 'changesRequested',
  reviewer = rita,
): Promise<void> => {
  await replica.commands.execute(
    new SubmitReview(
      changeRequestId,
      { changeVersionId, status, comment: null },
      reviewer,
      replica.context(),
    ),
  );
  await replica.caughtUp();
};
const events = ({ changeRequestId }: ChangeRequestView) => fixture.events(`changeRequest-${changeRequestId}`);
const ofType = async (opened: ChangeRequestView, type: string) =>
  (await events(opened)).filter((event) => event.type === type);
const happens = (opened: ChangeRequestView, type: string, count = 1, on = replica): Promise<void> =>
  on.until(async () => (await ofType(opened, type)).length >= count, `${count} ${type}`);
const REMIND = { review: { groups: ['risk'], reminderPeriod: 'PT10M' } };
const CANCEL = { automaticAction: { action: 'cancel', period: 'PT10M' } } as const;
const APPROVE = { automaticAction: { action: 'approve', period: 'PT10M' } } as const;

describe('reminders', () => {
  it('go to whoever may review and has not, never to the requester; then a period after the last one', async () => {
    await under(REMIND);
    const opened = await request();
    replica.clock.advance(10 * MINUTE);
    await happens(opened, 'ReviewReminderSent');
    expect((await ofType(opened, 'ReviewReminderSent'))[0]?.data).toMatchObject({
      dueAt: after(10),
      recipients: ['u-rita', 'u-rolf'],
    });
    await review(opened, 'changesRequested');
    // A late look: one reminder, and the next is counted from when it was sent.
    replica.clock.advance(35 * MINUTE);
    await happens(opened, 'ReviewReminderSent', 2);
    expect((await ofType(opened, 'ReviewReminderSent'))[1]?.data).toMatchObject({
      dueAt: after(20),
      recipients: ['u-rolf'],
    });
    replica.clock.advance(9 * MINUTE);
    const other = await request();
    replica.clock.advance(1 * MINUTE);
    await happens(opened, 'ReviewReminderSent', 3);
    expect((await ofType(opened, 'ReviewReminderSent'))[2]?.data).toMatchObject({ dueAt: after(55) });
    expect(await ofType(other, 'ReviewReminderSent')).toStrictEqual([]);
  });

  it('that nobody is left for are not sent, and the next is counted from the due time', async () => {
    await under(REMIND);
    const opened = await request();
    const probe = await request();
    await review(opened, 'changesRequested', rita);
    await review(opened, 'changesRequested', memberOf('u-rolf', 'risk'));
    replica.clock.advance(13 * MINUTE);
    await happens(probe, 'ReviewReminderSent');
    expect(await ofType(opened, 'ReviewReminderSent')).toStrictEqual([]);
    // Somebody joins the group: he is reminded at the next due time, not before.
    await givenPerson(replica, 'u-nora', { groups: ['risk'] });
    await replica.caughtUp();
    replica.clock.advance(7 * MINUTE);
    await happens(opened, 'ReviewReminderSent');
    expect((await ofType(opened, 'ReviewReminderSent'))[0]?.data).toMatchObject({
      dueAt: after(20),
      recipients: ['u-nora'],
    });
  });

  it('that nobody was left for come by the new period when another version brings one', async () => {
    await under({ ...REMIND, review: { groups: ['risk'], reminderPeriod: 'PT60M' } });
    const opened = await request();
    await review(opened, 'changesRequested', rita);
    await review(opened, 'changesRequested', memberOf('u-rolf', 'risk'));
    replica.clock.advance(60 * MINUTE);
    const probe = await request();
    await change(REMIND);
    replica.clock.advance(1 * MINUTE);
    await replica.commands.execute(
      new ReviseChangeRequest(
        opened.changeRequestId,
        { change: { action: 'changeImportance', importance: 'LOW' } },
        bob,
        replica.context(),
      ),
    );
    await happens(opened, 'ReviewReminderSent');
    expect((await ofType(opened, 'ReviewReminderSent'))[0]?.metadata.occurredAt).toBe(after(61));
    expect(await ofType(probe, 'ReviewReminderSent')).toStrictEqual([]);
  });

  it('of a policy that is switched off wait until it is on again', async () => {
    await under(REMIND);
    const opened = await request();
    await change({ ...REMIND, active: false });
    replica.clock.advance(30 * MINUTE);
    await change({ ...REMIND, active: true });
    await happens(opened, 'ReviewReminderSent');
    expect((await ofType(opened, 'ReviewReminderSent'))[0]?.metadata.occurredAt).toBe(after(30));
    expect(await ofType(opened, 'ReviewReminderSent')).toHaveLength(1);
  });

  it('of a deleted policy are never sent', async () => {
    await under({ ...REMIND, name: 'kept' });
    const probe = await request();
    await under({ ...REMIND, trigger: { ...terms({}).trigger, filterGroups: ['risk'] } });
    const opened = await request();
    await replica.commands.execute(new DeletePolicy(policyId, approvalAdmin, replica.context()));
    await replica.caughtUp();
    replica.clock.advance(11 * MINUTE);
    await happens(probe, 'ReviewReminderSent');
    expect(await ofType(opened, 'ReviewReminderSent')).toStrictEqual([]);
  });
});

describe('automatic actions', () => {
  it('cancel what is not resolved in time, in the name of nobody', async () => {
    await under(CANCEL);
    const opened = await request();
    replica.clock.advance(10 * MINUTE);
    await happens(opened, 'ChangeRequestCancelled');
    const [actioned, cancelled] = (await events(opened)).slice(-2);
    expect(actioned).toMatchObject({
      type: 'PolicyAutoActioned',
      data: { dueAt: after(10), policyId, status: { before: 'pending', after: 'cancelled' } },
      metadata: { actor: { kind: 'system', id: 'due-times' }, credential: { type: 'none', id: null } },
    });
    expect(cancelled?.data).toMatchObject({ cancelledBy: null, reason: 'automaticAction' });
  });

  it('approve, and what applies itself is applied', async () => {
    await under(APPROVE);
    const opened = await request(true);
    replica.clock.advance(10 * MINUTE);
    await happens(opened, 'ChangeRequestResolved');
    expect((await events(opened)).map(({ type }) => type)).toStrictEqual([
      'ChangeRequestOpened',
      'PolicyAutoActioned',
      'ChangeRequestApproved',
      'ChangeApplicationStarted',
      'ChangeRequestResolved',
    ]);
  });

  it('are skipped for good when the policy was off as they came due, however late that is seen', async () => {
    await under(CANCEL);
    const opened = await request();
    replica.clock.advance(9 * MINUTE);
    await change({ ...CANCEL, active: false });
    await replica.stop();
    const late = await fixture.replica(new SetClock(after(30)));
    replica = late;
    await happens(opened, 'AutomaticActionSkipped', 1, late);
    await change({ ...CANCEL, active: true });
    late.clock.advance(60 * MINUTE);
    const probe = await request();
    late.clock.advance(10 * MINUTE);
    await happens(probe, 'ChangeRequestCancelled', 1, late);
    expect(await ofType(opened, 'ChangeRequestCancelled')).toStrictEqual([]);
    expect(await ofType(opened, 'AutomaticActionSkipped')).toHaveLength(1);
  });

  it.each([
    ['taken by a policy that is on when that is seen', true, 'ChangeRequestCancelled'],
    ['not taken by one that was switched off since', false, 'AutomaticActionSkipped'],
  ])('that came due while nobody looked are %s', async (_, active, outcome) => {
    await under(CANCEL);
    const opened = await request();
    replica.store.beforeAppend = (stream) => {
      if (stream.startsWith('changeRequest-')) throw new Error('the log is away');
    };
    replica.clock.advance(10 * MINUTE);
    await replica.until(() => replica.complaints.length > 0, 'the action to fail');
    replica.clock.advance(1 * MINUTE);
    if (!active) await change({ ...CANCEL, active });
    await replica.stop();
    const late = await fixture.replica(new SetClock(after(30)));
    await happens(opened, outcome, 1, late);
    expect(await ofType(opened, 'PolicyAutoActioned')).toHaveLength(active ? 1 : 0);
  });
});

describe('each due time is acted on once', () => {
  it('by two replicas whose clocks differ', async () => {
    await under({ ...REMIND, automaticAction: { action: 'cancel', period: 'PT15M' } });
    const other = await fixture.replica(new SetClock(after(0)));
    const opened = await request();
    replica.clock.advance(10 * MINUTE);
    other.clock.advance(10 * MINUTE + 1);
    await happens(opened, 'ReviewReminderSent');
    replica.clock.advance(5 * MINUTE);
    other.clock.advance(5 * MINUTE);
    await happens(opened, 'ChangeRequestCancelled');
    await Promise.all([replica.caughtUp(), other.caughtUp()]);
    expect(await ofType(opened, 'ReviewReminderSent')).toHaveLength(1);
    expect(await ofType(opened, 'PolicyAutoActioned')).toHaveLength(1);
    expect(await ofType(opened, 'ChangeRequestCancelled')).toHaveLength(1);
  });

  it('across a restart', async () => {
    await under(REMIND);
    const opened = await request();
    replica.clock.advance(10 * MINUTE);
    await happens(opened, 'ReviewReminderSent');
    await replica.stop();
    replica = await fixture.replica(new SetClock(after(11)));
    const probe = await request();
    replica.clock.advance(9 * MINUTE);
    await happens(opened, 'ReviewReminderSent', 2);
    replica.clock.advance(1 * MINUTE);
    await happens(probe, 'ReviewReminderSent');
    expect(await ofType(opened, 'ReviewReminderSent')).toHaveLength(2);
  });

  it('though the clock steps back', async () => {
    await under({ ...REMIND, automaticAction: { action: 'approve', period: 'PT20M' } });
    const opened = await request();
    replica.clock.advance(20 * MINUTE);
    await happens(opened, 'PolicyAutoActioned');
    const reminders = (await ofType(opened, 'ReviewReminderSent')).length;
    replica.clock.advance(-15 * MINUTE);
    const probe = await request();
    replica.clock.advance(10 * MINUTE);
    await happens(probe, 'ReviewReminderSent');
    expect(await ofType(opened, 'PolicyAutoActioned')).toHaveLength(1);
    expect(await ofType(opened, 'ReviewReminderSent')).toHaveLength(reminders);
  });

  it('when the process dies before it can say so', async () => {
    await under(CANCEL);
    const opened = await request();
    replica.store.beforeAppend = () => {
      throw new Error('the process died');
    };
    replica.clock.advance(10 * MINUTE);
    await replica.until(() => replica.complaints.length > 0, 'the death to be felt');
    await replica.stop();
    const other = await fixture.replica(new SetClock(after(12)));
    await happens(opened, 'ChangeRequestCancelled', 1, other);
    expect(await ofType(opened, 'PolicyAutoActioned')).toHaveLength(1);
  });
});
