import { describe, expect, it } from '@jest/globals';
import {
  approvedBy,
  cancelledBy,
  CRITICAL,
  DIFF,
  ledTo,
  LOW,
  opened,
  requestNames,
  requiring,
  reviewer,
  started,
  submit,
  submitted,
} from '../../../test/support/change-request-events.js';
import { deciderSpec, GIVEN_AT } from '../../../test/support/decider-spec.js';
import { changeRequestDecider } from './change-request.decider.js';
import type { ChangeRequestEvent, OpenStatus } from './change-request.events.js';
import type { ChangeRequest } from './change-request.state.js';
import { dueTimes } from './timers.js';

const given = deciderSpec(changeRequestDecider);
const rita = reviewer('u-rita', 'risk');
const leo = reviewer('u-leo', 'legal');
const DUE = '2026-01-08T00:00:00.000Z';
/** Not the calendar: the rules only ask it. */
const add = (instant: string, period: string): string => `${instant} + ${period}`;

const withAction = (action: 'approve' | 'cancel', groups = ['risk']) =>
  requiring(groups, { automaticAction: { action, period: 'P7D' }, reminderPeriod: 'P1D' });
const act = (more: { changeVersionId?: string; policyActive?: boolean } = {}) =>
  ({
    type: 'TakeAutomaticAction',
    changeVersionId: 'v-1',
    dueAt: DUE,
    policyActive: true,
    diff: DIFF,
    ...more,
  }) as const;
const due = (action: 'approve' | 'cancel') =>
  ({
    ...requestNames,
    changeVersionId: 'v-1',
    policyId: 'p-1',
    policyVersion: 3,
    automaticAction: { action, period: 'P7D' },
    dueAt: DUE,
  }) as const;
const actioned = (
  action: 'approve' | 'cancel',
  before: OpenStatus,
  after: OpenStatus | 'cancelled',
): ChangeRequestEvent => ({
  type: 'PolicyAutoActioned',
  data: { ...due(action), status: { before, after } },
});
const skipped = (reason: 'policyInactive' | 'beingApplied'): ChangeRequestEvent => ({
  type: 'AutomaticActionSkipped',
  data: { ...due('approve'), reason },
});
const reminded = (recipients: readonly string[]): ChangeRequestEvent => ({
  type: 'ReviewReminderSent',
  data: { ...requestNames, changeVersionId: 'v-1', policyId: 'p-1', dueAt: DUE, recipients },
});
const remind = (anchor = GIVEN_AT, recipients = ['u-rita']) =>
  ({ type: 'SendReminder', anchor, dueAt: DUE, recipients }) as const;

const timed = (...events: readonly (ChangeRequestEvent & { readonly occurredAt?: string })[]) =>
  dueTimes(given(...events).state() as ChangeRequest, add);
/** A request that is open, and what leads it to this status. */
const led = (action: 'approve' | 'cancel', status: OpenStatus): readonly ChangeRequestEvent[] => {
  const [, ...rest] = ledTo(status);
  return [opened({ requirement: withAction(action) }), ...rest];
};

describe('automatic approval', () => {
  it('stands in for all that is missing', () =>
    given(opened({ requirement: withAction('approve', ['risk', 'legal']) }))
      .when(act())
      .then(actioned('approve', 'pending', 'approved'), approvedBy([], { reason: 'automaticAction' })));

  it('applies what applies itself', () =>
    given(opened({ requirement: withAction('approve'), autoApply: true }))
      .when(act())
      .then(
        actioned('approve', 'pending', 'approved'),
        approvedBy([], { reason: 'automaticAction' }),
        started(),
      ));

  it('is set by nobody', () =>
    expect(
      given(...led('approve', 'pending'), actioned('approve', 'pending', 'approved')).state(),
    ).toMatchObject({ status: 'approved', statusChangedBy: null, statusChangedAt: null }));

  it('does not lift what a reviewer asked to be changed; when he approves, others may still be missing', () => {
    const blocked = [
      opened({ requirement: withAction('approve', ['risk', 'legal']) }),
      submitted(rita, 'changesRequested', ['pending', 'changesRequested']),
    ];
    const stays = actioned('approve', 'changesRequested', 'changesRequested');
    given(...blocked)
      .when(act())
      .then(stays);
    given(...blocked, stays)
      .when(submit(rita))
      .then(
        submitted(rita, 'approved', ['changesRequested', 'approved']),
        approvedBy([{ reviewerId: 'u-rita', groups: ['risk'] }], { reason: 'automaticAction' }),
      );
  });

  it('stands in on an approved request too, should a reviewer change his mind', () =>
    given(...led('approve', 'approved'))
      .when(act())
      .then(actioned('approve', 'approved', 'approved')));

  it('dies with its version', () => {
    const revised = {
      type: 'ChangeRequestRevised',
      data: {
        ...requestNames,
        version: {
          changeVersionId: 'v-2',
          before: CRITICAL,
          after: LOW,
          requirement: withAction('approve', ['risk', 'legal']),
        },
        status: { before: 'approved', after: 'pending' },
      },
    } as const;
    const history = [
      opened({ requirement: withAction('approve', ['risk', 'legal']) }),
      actioned('approve', 'pending', 'approved'),
      revised,
    ];
    given(...history)
      .when(submit(leo, 'approved', 'v-2'))
      .then(submitted(leo, 'approved', ['pending', 'pending'], { changeVersionId: 'v-2' }));
    given(...history)
      .when(act({ changeVersionId: 'v-2' }))
      .thenNothing();
  });
});

describe('automatic cancellation', () => {
  it.each(['pending', 'approved', 'changesRequested'] as const)('cancels what is %s', (status) =>
    given(...led('cancel', status))
      .when(act())
      .then(actioned('cancel', status, 'cancelled'), cancelledBy(null, 'automaticAction')),
  );
});

describe('an automatic action', () => {
  it('is taken once', () =>
    given(...led('approve', 'pending'), actioned('approve', 'pending', 'approved'))
      .when(act())
      .thenNothing());

  it.each([
    ['the policy was inactive', led('approve', 'pending'), act({ policyActive: false }), 'policyInactive'],
    ['the change is being applied', [...led('approve', 'approved'), started()], act(), 'beingApplied'],
  ] as const)('is skipped for good when it came due while %s', (_, history, command, reason) => {
    given(...history)
      .when(command)
      .then(skipped(reason));
    given(...history, skipped(reason))
      .when(act())
      .thenNothing();
  });

  it('of an earlier version is not taken', () =>
    given(...led('approve', 'pending'))
      .when(act({ changeVersionId: 'v-0' }))
      .thenNothing());

  it('is not there where the policy has none', () =>
    given(...ledTo('pending'))
      .when(act())
      .thenNothing());

  it.each(['resolved', 'cancelled'] as const)('does nothing to what is %s', (status) => {
    const [, ...rest] = ledTo(status);
    given(opened({ requirement: withAction('approve') }), ...rest)
      .when(act())
      .thenNothing();
  });
});

describe('a reminder', () => {
  it.each(['pending', 'changesRequested'] as const)('goes out while a review is awaited: %s', (status) =>
    given(...led('approve', status))
      .when(remind())
      .then(reminded(['u-rita'])),
  );

  it('does not once it is approved', () =>
    given(...led('approve', 'approved'))
      .when(remind())
      .thenNothing());
  it('is not sent when nobody is left', () =>
    given(...led('approve', 'pending'))
      .when(remind(GIVEN_AT, []))
      .thenNothing());
  it('is sent once for each due time', () =>
    given(...led('approve', 'pending'), { ...reminded(['u-rita']), occurredAt: DUE })
      .when(remind(GIVEN_AT))
      .thenNothing());
  it('repeats, counted from the one before', () =>
    given(...led('approve', 'pending'), { ...reminded(['u-rita']), occurredAt: DUE })
      .when(remind(DUE))
      .then(reminded(['u-rita'])));
});

describe('due times', () => {
  it('both count from the creation', () =>
    expect(timed(opened({ requirement: withAction('cancel') }))).toStrictEqual({
      reminder: `${GIVEN_AT} + P1D`,
      automaticAction: `${GIVEN_AT} + P7D`,
    }));

  it('a review restarts neither', () =>
    expect(timed(...led('cancel', 'changesRequested'))).toStrictEqual({
      reminder: `${GIVEN_AT} + P1D`,
      automaticAction: `${GIVEN_AT} + P7D`,
    }));

  it('the reminder counts anew from the last one that was sent', () =>
    expect(timed(...led('cancel', 'pending'), { ...reminded(['u-rita']), occurredAt: DUE })).toStrictEqual({
      reminder: `${DUE} + P1D`,
      automaticAction: `${GIVEN_AT} + P7D`,
    }));

  it('after approval the reminder sleeps, the automatic action does not', () =>
    expect(timed(...led('cancel', 'approved'))).toStrictEqual({
      reminder: null,
      automaticAction: `${GIVEN_AT} + P7D`,
    }));

  it('a judged action is over', () =>
    expect(timed(...led('approve', 'pending'), skipped('policyInactive'))).toMatchObject({
      automaticAction: null,
    }));

  it.each(['resolved', 'cancelled'] as const)('there are none when %s', (status) => {
    const [, ...rest] = ledTo(status);
    expect(timed(opened({ requirement: withAction('cancel') }), ...rest)).toStrictEqual({
      reminder: null,
      automaticAction: null,
    });
  });

  describe('of a new version', () => {
    const calendar = () => DUE;
    const revisedAt = (occurredAt: string) =>
      dueTimes(
        given(opened({ requirement: requiring(['risk']) }), {
          type: 'ChangeRequestRevised',
          data: {
            ...requestNames,
            version: {
              changeVersionId: 'v-2',
              before: CRITICAL,
              after: LOW,
              requirement: withAction('cancel'),
            },
            status: { before: 'pending', after: 'pending' },
          },
          occurredAt,
        } as ChangeRequestEvent).state() as ChangeRequest,
        calendar,
      );

    it('count by its own policy', () =>
      expect(revisedAt('2026-01-07T23:59:59.999Z')).toMatchObject({ automaticAction: DUE }));
    it('fire nothing that lay in the past when it was made', () => {
      expect(revisedAt(DUE)).toMatchObject({ automaticAction: null });
      expect(revisedAt('2026-01-09T00:00:00.000Z')).toMatchObject({ automaticAction: null });
    });
  });
});
