import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  changeRequestDecider,
  type ChangeRequestCommand,
} from '../../src/domain/change-request/change-request.decider.js';
import type { ChangeRequestEvent } from '../../src/domain/change-request/change-request.events.js';
import {
  isOpen,
  isOpened,
  type ChangeRequest,
  type ChangeRequestState,
} from '../../src/domain/change-request/change-request.state.js';
import { NO_REQUIREMENT, type Requirement } from '../../src/domain/change-request/requirement.js';
import { userOperations } from '../../src/domain/change-request/user-operations.js';
import { DomainError } from '../../src/domain/shared/domain-error.js';
import {
  admin,
  CRITICAL,
  DIFF,
  LOW,
  openRequest,
  requester,
  requiring,
  reviewer,
} from '../support/change-request-events.js';

/** The requester would be a reviewer of whatever he requests, were it not his own. */
const asker = { ...requester, groups: ['risk', 'legal'], isApprovalAdmin: true };
const people = [
  asker,
  admin,
  reviewer('u-1', 'risk'),
  reviewer('u-2', 'legal'),
  reviewer('u-3', 'risk', 'legal'),
  reviewer('u-4'),
  reviewer('u-5', 'risk'),
];
const someone = fc.constantFrom(...people);
const approve = { automaticAction: { action: 'approve', period: 'P1D' } } as const;
const requirement: fc.Arbitrary<Requirement> = fc.constantFrom(
  NO_REQUIREMENT,
  requiring([]),
  requiring(['risk'], approve),
  requiring(['risk', 'legal']),
  requiring(['risk', 'legal']),
  requiring(['risk', 'legal'], { ...approve, reminderPeriod: 'P1D' }),
  requiring([], { automaticAction: { action: 'cancel', period: 'P1D' } }),
);

/** What may be asked of a request; versions are named by number, from those that there are, or by a wrong one. */
const review = fc.record({
  type: fc.constant('review' as const),
  by: someone,
  status: fc.constantFrom(
    'approved' as const,
    'approved' as const,
    'approved' as const,
    'changesRequested' as const,
    'commented' as const,
  ),
  back: fc.constantFrom(0, 0, 1, 2),
});
const revision = fc.record({
  type: fc.constant('revise' as const),
  by: fc.constantFrom(asker, asker, asker, admin),
  change: fc.option(fc.constantFrom(CRITICAL, LOW), { freq: 3 }),
  autoApply: fc.option(fc.boolean()),
  requirement,
});
const step = fc.oneof(
  // Without these being many, hardly any history would approve more than one version.
  { weight: 12, arbitrary: review },
  { weight: 3, arbitrary: revision },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('resolve' as const), by: someone }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('conclude' as const),
      applied: fc.boolean(),
      attempt: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('act' as const),
      policyActive: fc.constantFrom(true, true, false),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('remind' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('orphan' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cancel' as const), by: someone }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const story = fc.record({
  requirement,
  autoApply: fc.boolean(),
  // What ends a request comes seldom, or no history would grow long.
  steps: fc.array(step, { maxLength: 30 }).map((steps) => {
    const ends = (kind: Step['type']): boolean => kind === 'cancel' || kind === 'orphan';
    return steps.filter(({ type }, index) => !ends(type) || index % 5 === 4);
  }),
});

const toCommand = (asked: Step, request: ChangeRequest, index: number): ChangeRequestCommand => {
  switch (asked.type) {
    case 'review': {
      const changeVersionId = request.versionIds.at(-1 - asked.back) ?? 'none';
      return {
        type: 'SubmitReview',
        reviewId: `r-${index}`,
        changeVersionId,
        review: asked.status,
        comment: null,
        reviewer: asked.by,
      };
    }
    case 'revise':
      return {
        type: 'ReviseRequest',
        userId: asked.by.userId,
        ...(asked.autoApply !== null && { autoApply: asked.autoApply }),
        ...(asked.change !== null && {
          version: {
            change: asked.change,
            changeVersionId: `v-${index}`,
            requirement: asked.requirement,
            presentField: null,
          },
        }),
      };
    case 'resolve':
      return { type: 'ResolveRequest', resolver: asked.by, ownsEntity: false };
    case 'conclude': {
      const outcome = asked.applied
        ? ({ applied: true, diff: DIFF } as const)
        : ({ applied: false, code: 'x', message: 'x' } as const);
      return { type: 'ConcludeApplication', attempt: asked.attempt, outcome };
    }
    case 'act':
      return {
        type: 'TakeAutomaticAction',
        changeVersionId: request.changeVersionId,
        dueAt: '',
        policyActive: asked.policyActive,
        diff: DIFF,
      };
    case 'remind':
      return {
        type: 'SendReminder',
        anchor: request.lastReminderAt ?? request.createdAt,
        dueAt: '',
        recipients: ['u-1'],
      };
    case 'orphan':
      return { type: 'CancelOrphan', changeVersionId: request.changeVersionId, diff: DIFF };
    case 'cancel':
      return {
        type: 'CancelRequest',
        canceller: asked.by,
        changeVersionId: request.changeVersionId,
        diff: DIFF,
      };
  }
};

interface Told {
  readonly events: readonly ChangeRequestEvent[];
  readonly states: readonly ChangeRequestState[];
}

/** Everything that happens, one state after each event. */
const tell = ({
  requirement: first,
  autoApply,
  steps,
}: typeof story extends fc.Arbitrary<infer S> ? S : never): Told => {
  const events: ChangeRequestEvent[] = [];
  const states: ChangeRequestState[] = [changeRequestDecider.initialState];
  const ask = (command: ChangeRequestCommand, index: number): void => {
    const occurredAt = new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString();
    let decided: readonly ChangeRequestEvent[] = [];
    try {
      decided = changeRequestDecider.decide(command, states.at(-1) as ChangeRequestState);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
    for (const event of decided) {
      events.push(event);
      states.push(changeRequestDecider.evolve(states.at(-1) as ChangeRequestState, { ...event, occurredAt }));
    }
  };
  ask(openRequest({ requirement: first, autoApply }), 0);
  steps.forEach((asked, index) =>
    ask(toCommand(asked, states.at(-1) as ChangeRequest, index + 1), index + 1),
  );
  return { events, states };
};

/** Written apart from the rules: whether the events so far satisfy what the current version is held to. */
const satisfied = (events: readonly ChangeRequestEvent[]): boolean => {
  let held: Requirement = NO_REQUIREMENT;
  let current = '';
  let verdicts = new Map<string, { readonly approves: boolean; readonly groups: readonly string[] }>();
  let stoodIn = false;
  for (const { type, data } of events) {
    const version =
      type === 'ChangeRequestOpened' ? data : type === 'ChangeRequestRevised' ? data.version : undefined;
    if (version !== undefined) {
      held = version.requirement;
      current = version.changeVersionId;
      verdicts = new Map();
      stoodIn = false;
    }
    const counts = type === 'ReviewSubmitted' && data.changeVersionId === current;
    if (counts && data.review !== 'commented')
      verdicts.set(data.reviewerId, { approves: data.review === 'approved', groups: data.groups });
    if (type === 'PolicyAutoActioned') stoodIn ||= data.automaticAction.action === 'approve';
  }
  const all = [...verdicts.values()];
  if (all.some(({ approves }) => !approves)) return false;
  const perGroup = held.groups.every(({ groupId }) => all.some(({ groups }) => groups.includes(groupId)));
  return stoodIn || (all.length >= held.approvalsRequired && perGroup);
};

describe('whatever is asked of a change request', () => {
  it('it is applied only when the policy version that it is held to is satisfied', () => {
    let applications = 0;
    fc.assert(
      fc.property(story, (told) => {
        const { events } = tell(told);
        events.forEach(({ type }, index) => {
          if (type !== 'ChangeApplicationStarted' && type !== 'ChangeRequestApproved') return;
          applications++;
          expect(satisfied(events.slice(0, index))).toBe(true);
        });
      }),
      { numRuns: 5_000 },
    );
    expect(applications).toBeGreaterThan(500);
  });

  it('the requester never gives a verdict, and nobody does who is not asked', () =>
    fc.assert(
      fc.property(story, (told) => {
        const { events, states } = tell(told);
        events.forEach((event, index) => {
          if (event.type !== 'ReviewSubmitted' || event.data.review === 'commented') return;
          const { requesterId, requirement: held } = states[index] as ChangeRequest;
          expect(event.data.reviewerId).not.toBe(requesterId);
          expect(held.groups.length === 0 ? event.data.isApprovalAdmin : event.data.groups.length > 0).toBe(
            true,
          );
        });
      }),
      { numRuns: 500 },
    ));

  it('a terminal state never changes, and there is at most one end', () =>
    fc.assert(
      fc.property(story, (told) => {
        const { events, states } = tell(told);
        const ends = states.findIndex((state) => isOpened(state) && !isOpen(state));
        // The automatic cancellation is two events of one append; nothing comes after them.
        if (ends >= 0)
          expect(events.slice(ends).filter(({ type }) => type !== 'ChangeRequestCancelled')).toStrictEqual(
            [],
          );
        const terminal = events.filter(
          ({ type }) => type === 'ChangeRequestResolved' || type === 'ChangeRequestCancelled',
        );
        expect(terminal.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 1_000 },
    ));

  it('each try has one end, tries never overlap, and nothing else happens during one', () =>
    fc.assert(
      fc.property(story, (told) => {
        let running: number | null = null;
        let last = 0;
        for (const { type, data } of tell(told).events) {
          if (type === 'ChangeApplicationStarted') {
            expect(running).toBeNull();
            expect(data.attempt).toBe(last + 1);
            running = last = data.attempt;
          } else if (type === 'ChangeApplicationFailed' || type === 'ChangeRequestResolved') {
            expect(data.attempt).toBe(running);
            running = null;
          } else if (type !== 'AutomaticActionSkipped') expect(running).toBeNull();
        }
      }),
      { numRuns: 1_000 },
    ));

  it('the automatic action is judged at most once', () =>
    fc.assert(
      fc.property(story, (told) => {
        const judged = tell(told).events.filter(
          ({ type }) => type === 'PolicyAutoActioned' || type === 'AutomaticActionSkipped',
        );
        expect(judged.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    ));

  it('what somebody is told he can do is not refused for who he is or how the request stands', () =>
    fc.assert(
      fc.property(story, someone, (told, person) => {
        const request = tell(told).states.at(-1) as ChangeRequest;
        const can = userOperations(request, person, false);
        const works = (command: ChangeRequestCommand): boolean => {
          try {
            changeRequestDecider.decide(command, request);
            return true;
          } catch {
            return false;
          }
        };
        const reviewing = (status: 'approved' | 'commented') =>
          ({
            type: 'SubmitReview',
            reviewId: 'r',
            changeVersionId: request.changeVersionId,
            review: status,
            comment: null,
            reviewer: person,
          }) as const;
        expect({
          canCancel: works({
            type: 'CancelRequest',
            canceller: person,
            changeVersionId: request.changeVersionId,
            diff: DIFF,
          }),
          canComment: works(reviewing('commented')),
          canResolve: works({ type: 'ResolveRequest', resolver: person, ownsEntity: false }),
          canReview: works(reviewing('approved')),
          canUpdate: works({ type: 'ReviseRequest', userId: person.userId, comment: 'other' }),
        }).toStrictEqual(can);
      }),
      { numRuns: 1_000 },
    ));
});
