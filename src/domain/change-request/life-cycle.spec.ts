import { describe, expect, it } from '@jest/globals';
import {
  admin,
  approvedBy,
  cancelledBy,
  CRITICAL,
  DIFF,
  failed,
  ledTo,
  LOW,
  opened,
  openRequest,
  requester,
  requestNames,
  requiring,
  resolved,
  reviewer,
  revise,
  started,
  submit,
  submitted,
  toVersion,
} from '../../../test/support/change-request-events.js';
import { deciderSpec, GIVEN_AT } from '../../../test/support/decider-spec.js';
import { changeRequestDecider } from './change-request.decider.js';
import type { ChangeRequestEvent } from './change-request.events.js';
import type { ChangeRequest } from './change-request.state.js';
import { NO_REQUIREMENT } from './requirement.js';

const given = deciderSpec(changeRequestDecider);
const rita = reviewer('u-rita', 'risk');
const rolf = reviewer('u-rolf', 'risk');
const LATER = '2026-02-02T00:00:00.000Z';
const stateOf = (
  ...events: readonly (ChangeRequestEvent & { readonly occurredAt?: string })[]
): ChangeRequest => given(...events).state() as ChangeRequest;
const resolve = (resolver = requester, ownsEntity = false) =>
  ({ type: 'ResolveRequest', resolver, ownsEntity }) as const;
const cancel = (canceller = requester) =>
  ({ type: 'CancelRequest', canceller, changeVersionId: 'v-1', diff: DIFF }) as const;
const conclude = (attempt = 1) =>
  ({ type: 'ConcludeApplication', attempt, outcome: { applied: true, diff: DIFF } }) as const;
const fail = (attempt = 1) =>
  ({
    type: 'ConcludeApplication',
    attempt,
    outcome: { applied: false, code: 'gone', message: 'It is gone' },
  }) as const;

describe('opening a request', () => {
  it('that has to be approved makes it pending, by nobody', () => {
    given().when(openRequest()).then(opened());
    expect(stateOf(opened())).toMatchObject({
      status: 'pending',
      statusChangedBy: null,
      statusChangedAt: null,
      modifiedAt: null,
      processedAt: null,
      createdAt: GIVEN_AT,
    });
  });

  it('that needs nothing is approved at once, by the system', () => {
    given()
      .when(openRequest({ requirement: NO_REQUIREMENT }))
      .then(opened({ requirement: NO_REQUIREMENT }), approvedBy([], { reason: 'noPolicy' }));
    expect(
      stateOf(opened({ requirement: NO_REQUIREMENT }), approvedBy([], { reason: 'noPolicy' })),
    ).toMatchObject({
      status: 'approved',
      statusChangedBy: null,
      statusChangedAt: null,
      modifiedAt: null,
    });
  });

  it('that needs nothing and applies itself starts in the same append', () =>
    given()
      .when(openRequest({ requirement: NO_REQUIREMENT, autoApply: true }))
      .then(
        opened({ requirement: NO_REQUIREMENT, autoApply: true }),
        approvedBy([], { reason: 'noPolicy' }),
        started(),
      ));

  it('a second time under one id is refused', () =>
    given(opened()).when(openRequest()).thenRejects('change-request-open'));

  it('is refused once it was barred', () =>
    given({
      type: 'ChangeRequestAbandoned',
      data: { changeRequestId: 'cr-1', entityId: 'd-1', action: 'changeImportance' },
    })
      .when(openRequest())
      .thenRejects('opening-overtaken'));
});

describe('verdicts', () => {
  it('approved, completing what is required, approves by the reviewer', () => {
    given(opened())
      .when(submit(rita))
      .then(
        submitted(rita, 'approved', ['pending', 'approved']),
        approvedBy([{ reviewerId: 'u-rita', groups: ['risk'] }]),
      );
    expect(
      stateOf(opened(), { ...submitted(rita, 'approved', ['pending', 'approved']), occurredAt: LATER }),
    ).toMatchObject({
      status: 'approved',
      statusChangedBy: 'u-rita',
      statusChangedAt: LATER,
      modifiedAt: LATER,
    });
  });

  it('with autoApply, approval and the start of the application are one append', () =>
    given(opened({ autoApply: true }))
      .when(submit(rita))
      .then(
        submitted(rita, 'approved', ['pending', 'approved']),
        approvedBy([{ reviewerId: 'u-rita', groups: ['risk'] }]),
        started(),
      ));

  it.each(['pending', 'approved'] as const)('changesRequested blocks one that is %s', (status) =>
    given(...ledTo(status))
      .when(submit(rolf, 'changesRequested'))
      .then(submitted(rolf, 'changesRequested', [status, 'changesRequested'])),
  );

  it('a second changesRequested moves neither the status nor who set it', () => {
    const second = submitted(rolf, 'changesRequested', ['changesRequested', 'changesRequested']);
    given(...ledTo('changesRequested'))
      .when(submit(rolf, 'changesRequested'))
      .then(second);
    expect(stateOf(...ledTo('changesRequested'), { ...second, occurredAt: LATER })).toMatchObject({
      statusChangedBy: 'u-rita',
      statusChangedAt: GIVEN_AT,
      modifiedAt: GIVEN_AT,
    });
  });

  it('the blocking reviewer lifts it by approving: approved when complete', () =>
    given(...ledTo('changesRequested'))
      .when(submit(rita))
      .then(
        submitted(rita, 'approved', ['changesRequested', 'approved']),
        approvedBy([{ reviewerId: 'u-rita', groups: ['risk'] }]),
      ));

  it('the blocking reviewer lifts it by approving: pending when others are missing', () =>
    given(
      opened({ requirement: requiring(['risk', 'legal']) }),
      submitted(rita, 'changesRequested', ['pending', 'changesRequested']),
    )
      .when(submit(rita))
      .then(submitted(rita, 'approved', ['changesRequested', 'pending'])));

  it('an approval by somebody else does not lift it', () =>
    given(...ledTo('changesRequested'))
      .when(submit(rolf))
      .then(submitted(rolf, 'approved', ['changesRequested', 'changesRequested'])));

  it('comments never change the status, nor when the request was modified', () => {
    const comment = submitted(rolf, 'commented', ['changesRequested', 'changesRequested']);
    given(...ledTo('changesRequested'))
      .when(submit(rolf, 'commented'))
      .then(comment);
    expect(stateOf(...ledTo('changesRequested'), { ...comment, occurredAt: LATER })).toMatchObject({
      status: 'changesRequested',
      modifiedAt: GIVEN_AT,
      verdicts: [{ reviewerId: 'u-rita' }],
    });
  });
});

describe('what approval takes', () => {
  const both = opened({ requirement: requiring(['risk', 'legal']) });
  const leo = reviewer('u-leo', 'legal');
  const all = reviewer('u-all', 'risk', 'legal');

  it('one approval of each required group', () =>
    given(both, submitted(rita, 'approved', ['pending', 'pending']))
      .when(submit(leo))
      .then(
        submitted(leo, 'approved', ['pending', 'approved']),
        approvedBy([
          { reviewerId: 'u-rita', groups: ['risk'] },
          { reviewerId: 'u-leo', groups: ['legal'] },
        ]),
      ));

  it('not two of the same group', () =>
    given(both, submitted(rita, 'approved', ['pending', 'pending']))
      .when(submit(rolf))
      .then(submitted(rolf, 'approved', ['pending', 'pending'])));

  it('as many people as groups: who is in both counts once', () => {
    given(both)
      .when(submit(all))
      .then(submitted(all, 'approved', ['pending', 'pending']));
    given(both, submitted(all, 'approved', ['pending', 'pending']))
      .when(submit(rita))
      .then(
        submitted(rita, 'approved', ['pending', 'approved']),
        approvedBy([
          { reviewerId: 'u-all', groups: ['risk', 'legal'] },
          { reviewerId: 'u-rita', groups: ['risk'] },
        ]),
      );
  });

  it('where no group is required, an approval admin', () =>
    given(opened({ requirement: requiring([]) }))
      .when(submit(admin))
      .then(
        submitted(admin, 'approved', ['pending', 'approved']),
        approvedBy([{ reviewerId: 'u-admin', groups: [] }]),
      ));

  it('of one reviewer only the latest verdict counts', () =>
    given(
      both,
      submitted(rita, 'approved', ['pending', 'pending']),
      submitted(leo, 'changesRequested', ['pending', 'changesRequested']),
    )
      .when(submit(leo))
      .then(
        submitted(leo, 'approved', ['changesRequested', 'approved']),
        approvedBy([
          { reviewerId: 'u-rita', groups: ['risk'] },
          { reviewerId: 'u-leo', groups: ['legal'] },
        ]),
      ));

  it('membership counts as it was when the review was posted', () => {
    const formerly = submitted(reviewer('u-rita', 'risk'), 'approved', ['pending', 'pending']);
    given(both, formerly)
      .when(submit(leo))
      .then(
        submitted(leo, 'approved', ['pending', 'approved']),
        approvedBy([
          { reviewerId: 'u-rita', groups: ['risk'] },
          { reviewerId: 'u-leo', groups: ['legal'] },
        ]),
      );
  });
});

describe('who may give a verdict', () => {
  it.each(['approved', 'changesRequested'] as const)('not the requester: %s', (verdict) =>
    given(opened()).when(submit(requester, verdict)).thenRejects('own-request'),
  );
  it('the requester may comment', () =>
    given(opened())
      .when(submit(requester, 'commented'))
      .then(submitted(requester, 'commented', ['pending', 'pending'])));
  it.each([
    ['a stranger', reviewer('u-x', 'sales')],
    ['an approval admin outside the groups', admin],
    ["the platform's key", { ...rita, isPerson: false }],
  ])('not %s', (_, outsider) => given(opened()).when(submit(outsider)).thenRejects('not-a-reviewer'));
  it('a member of a group, where none is required, no more than anybody', () =>
    given(opened({ requirement: requiring([]) }))
      .when(submit(rita))
      .thenRejects('not-a-reviewer'));
});

describe('versions', () => {
  const v2 = {
    type: 'ChangeRequestRevised',
    data: {
      ...requestNames,
      version: { changeVersionId: 'v-2', before: CRITICAL, after: LOW, requirement: requiring(['risk']) },
      status: { before: 'approved', after: 'pending' },
    },
  } as const;

  it.each(['pending', 'approved', 'changesRequested'] as const)(
    'another change makes a %s request pending again',
    (before) =>
      given(...ledTo(before))
        .when(revise({ version: toVersion(LOW) }))
        .then({ ...v2, data: { ...v2.data, status: { before, after: 'pending' } } }),
  );

  it('drops the verdicts, and says who moved the status only if it moved', () => {
    expect(stateOf(...ledTo('approved'), { ...v2, occurredAt: LATER })).toMatchObject({
      verdicts: [],
      changeVersionId: 'v-2',
      versionIds: ['v-1', 'v-2'],
      status: 'pending',
      statusChangedBy: 'u-req',
      statusChangedAt: LATER,
      modifiedAt: LATER,
    });
    const still = { ...v2, data: { ...v2.data, status: { before: 'pending', after: 'pending' } } } as const;
    expect(stateOf(opened(), { ...still, occurredAt: LATER })).toMatchObject({
      statusChangedBy: null,
      statusChangedAt: null,
      modifiedAt: LATER,
    });
  });

  it('is approved at once when the new one needs nothing, and applied when it applies itself', () =>
    given(opened())
      .when(revise({ version: toVersion(LOW, NO_REQUIREMENT), autoApply: true }))
      .then(
        {
          type: 'ChangeRequestRevised',
          data: {
            ...requestNames,
            version: { changeVersionId: 'v-2', before: CRITICAL, after: LOW, requirement: NO_REQUIREMENT },
            autoApply: { before: false, after: true },
            status: { before: 'pending', after: 'approved' },
          },
        },
        approvedBy([], { reason: 'noPolicy', changeVersionId: 'v-2' }),
        started(null, 1, LOW, 'v-2'),
      ));

  it('the same change again makes none', () =>
    given(...ledTo('approved'))
      .when(revise({ version: toVersion({ importance: 'CRITICAL', action: 'changeImportance' }) }))
      .thenNothing());

  it.each(['pending', 'approved', 'changesRequested'] as const)(
    'a comment alone leaves a %s request as it is',
    (status) =>
      given(...ledTo(status))
        .when(revise({ comment: 'please' }))
        .then({
          type: 'ChangeRequestRevised',
          data: {
            ...requestNames,
            comment: { before: null, after: 'please' },
            status: { before: status, after: status },
          },
        }),
  );

  it('autoApply, switched on when it is approved, applies it', () =>
    given(...ledTo('approved'))
      .when(revise({ autoApply: true }))
      .then(
        {
          type: 'ChangeRequestRevised',
          data: {
            ...requestNames,
            autoApply: { before: false, after: true },
            status: { before: 'approved', after: 'approved' },
          },
        },
        started(),
      ));

  it('a verdict on an older version is refused and names the current one', () =>
    given(...ledTo('approved'), v2)
      .when(submit(rolf))
      .thenRejects('version-outdated', { changeVersionId: 'v-2' }));

  it('a comment on an older version is taken', () =>
    given(...ledTo('approved'), v2)
      .when(submit(rolf, 'commented'))
      .then(submitted(rolf, 'commented', ['pending', 'pending'])));

  it('a review of no version of this request is malformed', () =>
    given(opened())
      .when(submit(rita, 'commented', 'v-9'))
      .thenRejects('unknown-version', { field: 'changeVersionId' }));

  it('the action stays', () =>
    given(opened())
      .when(revise({ version: toVersion({ action: 'changeStatus', status: 'active' }) }))
      .thenRejects('action-fixed'));

  it('a change to what is there already is refused', () =>
    given(opened())
      .when(revise({ version: toVersion(LOW, requiring(['risk']), 'importance') }))
      .thenRejects('nothing-to-change', { field: 'importance' }));

  it('only the requester may revise', () =>
    given(opened())
      .when(revise({ userId: 'u-admin', comment: 'x' }))
      .thenRejects('not-the-requester'));
});

describe('resolving', () => {
  it.each([
    ['the requester', requester, false],
    ['the owner of the deployment', reviewer('u-owner'), true],
    ['an approval admin', admin, false],
  ])('%s starts the application', (_, resolver, owns) =>
    given(...ledTo('approved'))
      .when(resolve(resolver, owns))
      .then(started(resolver.userId)),
  );

  it('nobody else', () =>
    given(...ledTo('approved'))
      .when(resolve(rita))
      .thenRejects('resolve-forbidden'));

  it.each(['pending', 'changesRequested'] as const)('is refused while %s', (status) =>
    given(...ledTo(status))
      .when(resolve())
      .thenRejects('not-approved'),
  );

  it('stays approved while it is applied, then is resolved by whoever started it', () => {
    const applying = [...ledTo('approved'), started('u-req')];
    expect(stateOf(...applying)).toMatchObject({ status: 'approved', statusChangedBy: 'u-rita' });
    given(...applying)
      .when(conclude())
      .then(resolved('u-req'));
    expect(stateOf(...applying, { ...resolved('u-req'), occurredAt: LATER })).toMatchObject({
      status: 'resolved',
      statusChangedBy: 'u-req',
      statusChangedAt: LATER,
      processedAt: LATER,
      diff: DIFF,
    });
  });

  it('by itself, it is resolved by nobody', () =>
    expect(stateOf(...ledTo('approved'), started(), { ...resolved(), occurredAt: LATER })).toMatchObject({
      status: 'resolved',
      statusChangedBy: null,
      statusChangedAt: null,
      processedAt: LATER,
    }));

  it('that fails leaves it approved, to be tried again or cancelled', () => {
    given(...ledTo('approved'), started('u-req'))
      .when(fail())
      .then(failed());
    const after = [...ledTo('approved'), started('u-req'), failed()];
    expect(stateOf(...after)).toMatchObject({
      status: 'approved',
      statusChangedBy: 'u-rita',
      applying: null,
    });
    given(...after)
      .when(resolve())
      .then(started('u-req', 2));
    given(...after)
      .when(cancel())
      .then(cancelledBy('u-req'));
  });

  it('is concluded once, and by the try that is under way', () => {
    given(...ledTo('resolved'))
      .when(conclude())
      .thenNothing();
    given(...ledTo('approved'), started(), failed())
      .when(conclude())
      .thenNothing();
    given(...ledTo('approved'), started(), failed(), started('u-req', 2))
      .when(conclude(1))
      .thenNothing();
    given(...ledTo('approved'))
      .when(conclude())
      .thenNothing();
  });

  it.each([
    ['a revision', revise({ comment: 'x' })],
    ['a verdict', submit(rolf)],
    ['a comment', submit(rolf, 'commented')],
    ['a cancellation', cancel()],
    ['a second resolution', resolve()],
  ])('%s has to wait for its end', (_, command) =>
    given(...ledTo('approved'), started())
      .when(command)
      .thenRejects('being-applied'),
  );
});

describe('cancelling', () => {
  it.each(['pending', 'approved', 'changesRequested'] as const)('works while %s', (status) => {
    given(...ledTo(status))
      .when(cancel())
      .then(cancelledBy('u-req'));
    given(...ledTo(status))
      .when(cancel(admin))
      .then(cancelledBy('u-admin'));
    given(...ledTo(status))
      .when({ type: 'CancelOrphan', changeVersionId: 'v-1', diff: DIFF })
      .then(cancelledBy(null, 'entityRemoved'));
  });

  it('of a version that was revised meanwhile is refused, or left to be looked at again', () => {
    const old = [{ ...opened(), data: { ...opened().data, changeVersionId: 'v-0' } }];
    given(...old)
      .when(cancel())
      .thenRejects('version-outdated', { changeVersionId: 'v-0' });
    given(...old)
      .when({ type: 'CancelOrphan', changeVersionId: 'v-1', diff: DIFF })
      .thenNothing();
  });

  it('takes the requester or an approval admin', () =>
    given(opened()).when(cancel(rita)).thenRejects('cancel-forbidden'));

  it('says who and when, and nobody when the system did', () => {
    expect(stateOf(opened(), { ...cancelledBy('u-req'), occurredAt: LATER })).toMatchObject({
      status: 'cancelled',
      statusChangedBy: 'u-req',
      statusChangedAt: LATER,
      processedAt: LATER,
      diff: DIFF,
    });
    expect(stateOf(opened(), { ...cancelledBy(null, 'entityRemoved'), occurredAt: LATER })).toMatchObject({
      status: 'cancelled',
      statusChangedBy: null,
      statusChangedAt: null,
      processedAt: LATER,
    });
  });

  it('leaves a change that is being applied to its end', () =>
    given(...ledTo('approved'), started())
      .when({ type: 'CancelOrphan', changeVersionId: 'v-1', diff: DIFF })
      .thenNothing());
});

describe.each(['resolved', 'cancelled'] as const)('a request that is %s', (status) => {
  it.each([
    ['a revision', revise({ comment: 'x' })],
    ['a verdict', submit(rita)],
    ['a comment', submit(rita, 'commented')],
    ['a cancellation', cancel()],
    ['a resolution', resolve()],
  ])('takes no more: %s', (_, command) =>
    given(...ledTo(status))
      .when(command)
      .thenRejects('change-request-closed', { status }),
  );

  it('is left alone by the system', () => {
    given(...ledTo(status))
      .when({ type: 'CancelOrphan', changeVersionId: 'v-1', diff: DIFF })
      .thenNothing();
    given(...ledTo(status))
      .when(conclude())
      .thenNothing();
  });
});

describe('refusals are said in these words', () => {
  const v2 = {
    type: 'ChangeRequestRevised',
    data: {
      ...requestNames,
      version: { changeVersionId: 'v-2', before: CRITICAL, after: LOW, requirement: requiring(['risk']) },
      status: { before: 'pending', after: 'pending' },
    },
  } as const;
  it.each([
    ['own verdict', ledTo('pending'), submit(requester), 'You cannot review your own change request.'],
    ['no reviewer', ledTo('pending'), submit(admin), 'You are not a reviewer of this change request.'],
    [
      'not the requester',
      ledTo('pending'),
      { ...revise({ comment: 'x' }), userId: 'u-rita' },
      'Only the requester can update this change request.',
    ],
    ['cancelling', ledTo('pending'), cancel(rita), 'You cannot cancel this change request.'],
    ['resolving', ledTo('approved'), resolve(rita), 'You cannot resolve this change request.'],
    ['resolved', ledTo('resolved'), cancel(), 'The change request is already resolved.'],
    ['cancelled', ledTo('cancelled'), resolve(), 'The change request is already cancelled.'],
    ['too early', ledTo('pending'), resolve(), 'Only an approved change request can be resolved.'],
    ['blocked', ledTo('changesRequested'), resolve(), 'Only an approved change request can be resolved.'],
    ['while applying', [...ledTo('approved'), started()], cancel(), 'The change is being applied.'],
    ['older version', [opened(), v2], submit(rita), 'The change was modified; the current version is v-2.'],
    [
      'equals present state',
      ledTo('pending'),
      revise({ version: toVersion(LOW, requiring(['risk']), 'importance') }),
      'The deployment already has this importance.',
    ],
  ] as const)('%s', (_, history, command, message) =>
    expect(() => changeRequestDecider.decide(command, stateOf(...history))).toThrow(message),
  );
});
