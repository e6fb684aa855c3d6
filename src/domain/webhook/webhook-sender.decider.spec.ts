import { describe, expect, it } from '@jest/globals';
import { deciderSpec } from '../../../test/support/decider-spec.js';
import { progressFrom, settledUpTo, webhookSenderDecider } from './webhook-sender.decider.js';
import type { Lane, SendingProgress } from './webhook.events.js';

const given = deciderSpec(webhookSenderDecider);
const webhookId = 'w-1';
const lane = (position: string, again = false): Lane => ({
  entity: `e-${position}`,
  revision: '0',
  position,
  failures: 1,
  nextAttemptAt: null,
  again,
});
const progress = (position: string, lanes: readonly Lane[] = [], replays = 0): SendingProgress => ({
  replays,
  position,
  lanes,
});
const taken = (holder: string, term: number, at: SendingProgress) =>
  ({ type: 'WebhookLeaseTaken', data: { webhookId, holder, term, progress: at } }) as const;
const outcomes = { delivered: [['9', 'id-9', 1, 200, 2]], failed: [] } as const;
const checkpointed = (holder: string, term: number, at: SendingProgress, released = false) =>
  ({
    type: 'WebhookCheckpointed',
    data: { webhookId, holder, term, released, progress: at, ...outcomes },
  }) as const;
const take = (holder: string, at = progress('5')) =>
  ({ type: 'TakeLease', webhookId, holder, progress: at }) as const;
const checkpoint = (holder: string, term: number) =>
  ({
    type: 'Checkpoint',
    webhookId,
    holder,
    term,
    released: false,
    progress: progress('9'),
    ...outcomes,
  }) as const;

describe('the lease on a webhook', () => {
  it('is taken where its taker goes on from', () => {
    given()
      .when(take('a'))
      .then(taken('a', 1, progress('5')));
  });

  it('is taken over with another term', () => {
    given(taken('a', 1, progress('5')), checkpointed('a', 1, progress('8', [lane('7')])))
      .when(take('b', progress('8', [lane('7')])))
      .then(taken('b', 2, progress('8', [lane('7')])));
  });

  it('lets its holder record, and nobody who has lost it', () => {
    const first = taken('a', 1, progress('5'));
    given(first)
      .when(checkpoint('a', 1))
      .then(checkpointed('a', 1, progress('9')));
    given(first).when(checkpoint('b', 1)).thenRejects('lease-lost');
    given(first, taken('b', 2, progress('5')))
      .when(checkpoint('a', 1))
      .thenRejects('lease-lost');
    given(first, taken('a', 2, progress('5')))
      .when(checkpoint('a', 1))
      .thenRejects('lease-lost');
    given().when(checkpoint('a', 1)).thenRejects('lease-lost');
  });

  it('is nobody’s when it was given back', () => {
    const back = checkpointed('a', 1, progress('9'), true);
    expect(given(taken('a', 1, progress('5')), back).state()).toEqual({
      holder: null,
      term: 1,
      progress: progress('9'),
    });
    given(taken('a', 1, progress('5')), back)
      .when(checkpoint('a', 1))
      .thenRejects('lease-lost');
  });

  it('tells the whole state in its last event', () => {
    const events = [taken('a', 1, progress('5')), checkpointed('a', 1, progress('8', [lane('7')]))] as const;
    expect(given(events[1]).state()).toEqual(given(...events).state());
  });
});

describe('where sending goes on', () => {
  const webhook = (replays: number, startsAfter: string) => ({ told: { replays, startsAfter }, at: 500n });
  const recorded = progress('100', [lane('20'), lane('60'), lane('30', true)]);

  it('is where the webhook begins, at first', () => {
    expect(progressFrom(undefined, webhook(0, '50'))).toEqual(progress('50'));
  });

  it('is what was recorded, from then on', () => {
    expect(progressFrom({ told: recorded, at: 200n }, webhook(0, '50'))).toBe(recorded);
  });

  it('is where a replay wants it; what did not get through before that is owed still', () => {
    expect(progressFrom({ told: recorded, at: 200n }, webhook(1, '50'))).toEqual(
      progress('50', [lane('20'), lane('30', true)], 1),
    );
  });

  it('is what was recorded since the replay', () => {
    const since = progress('100', [], 1);
    expect(progressFrom({ told: since, at: 200n }, webhook(1, '50'))).toBe(since);
  });

  it('is the beginning when the position is one of another log', () => {
    expect(progressFrom({ told: recorded, at: 99n }, webhook(0, '50'))).toEqual({
      ...recorded,
      position: '-1',
    });
    expect(progressFrom(undefined, webhook(0, '501'))).toEqual(progress('-1'));
    expect(progressFrom({ told: recorded, at: 200n }, webhook(1, '501'))).toEqual(progress('-1', [], 1));
  });
});

describe('what is settled', () => {
  it.each<[string, readonly Lane[], bigint]>([
    ['everything that was looked at', [], 100n],
    ['what stands before the first that did not get through', [lane('60'), lane('20')], 19n],
    ['whatever is sent once more', [lane('20', true)], 100n],
  ])('is %s', (_, lanes, expected) => {
    expect(settledUpTo(progress('100', lanes))).toBe(expected);
  });
});
