import { describe, expect, it } from '@jest/globals';
import { deciderSpec } from '../../../test/support/decider-spec.js';
import type { PskEvent, PskRecord } from './directory.events.js';
import { currentKey, isUsable, pskDecider } from './psk.decider.js';

const given = deciderSpec(pskDecider);
const now = '2026-03-01T10:00:00.000Z';
const later = '2026-03-01T11:00:00.000Z';

const key = (pskId: string, change: Partial<PskRecord> = {}): PskRecord => ({
  pskId,
  userId: 'u1',
  publicId: `public-${pskId}`,
  digest: `digest-${pskId}`,
  description: null,
  validUntil: null,
  ...change,
});
const issued = (pskId: string, change: Partial<PskRecord> = {}): PskEvent => ({
  type: 'PskIssued',
  data: key(pskId, change),
});
const regenerated = (pskId: string, replacedPskId: string, overlapUntil: string | null): PskEvent => ({
  type: 'PskRegenerated',
  data: { ...key(pskId), replacedPskId, overlapUntil },
});
const revoked = (pskId: string): PskEvent => ({ type: 'PskRevoked', data: { pskId, userId: 'u1' } });

const issue = (pskId: string, change: Partial<PskRecord> = {}) =>
  ({ type: 'IssuePsk', now, key: key(pskId, change) }) as const;
const regenerate = (pskId: string, overlapSeconds = 0, change: Partial<PskRecord> = {}) => {
  const { description: _, ...rest } = key(pskId);
  return { type: 'RegeneratePsk', now, key: { ...rest, ...change }, overlapSeconds } as const;
};
const revoke = { type: 'RevokePsk', now } as const;

describe('issuing a key', () => {
  it('records it', () =>
    given()
      .when(issue('k1', { description: 'laptop', validUntil: later }))
      .then(issued('k1', { description: 'laptop', validUntil: later })));
  it('is refused while one is active', () =>
    given(issued('k1')).when(issue('k2')).thenRejects('psk-active', { pskId: 'k1' }));
  it('goes on after a revocation', () =>
    given(issued('k1'), revoked('k1')).when(issue('k2')).then(issued('k2')));
  it('goes on when the old one has expired, at that very moment', () =>
    given(issued('k1', { validUntil: now }))
      .when(issue('k2'))
      .then(issued('k2')));
  it('is refused for a key that would be expired at birth', () =>
    given()
      .when(issue('k1', { validUntil: now }))
      .thenRejects('valid-until-past', { validUntil: now }));
});

describe('regenerating a key', () => {
  it('stops the old one at once', () =>
    given(issued('k1'))
      .when(regenerate('k2'))
      .then(regenerated('k2', 'k1', null)));
  it('lets the old one overlap for as long as asked', () =>
    given(issued('k1'))
      .when(regenerate('k2', 3600))
      .then(regenerated('k2', 'k1', later)));
  it('keeps the description unless another is given', () => {
    given(issued('k1', { description: 'laptop' }))
      .when(regenerate('k2'))
      .then({
        type: 'PskRegenerated',
        data: { ...key('k2', { description: 'laptop' }), replacedPskId: 'k1', overlapUntil: null },
      });
    given(issued('k1', { description: 'laptop' }))
      .when(regenerate('k2', 0, { description: null }))
      .then(regenerated('k2', 'k1', null));
  });
  it('ends an earlier overlap: two keys work at most', () =>
    given(issued('k1'), regenerated('k2', 'k1', later))
      .when(regenerate('k3', 3600))
      .then(revoked('k1'), regenerated('k3', 'k2', later)));
  it('renews an expired key', () =>
    given(issued('k1', { validUntil: now }))
      .when(regenerate('k2'))
      .then(regenerated('k2', 'k1', null)));
  it.each([
    ['there was none', []],
    ['it was revoked', [issued('k1'), revoked('k1')]],
  ])('is refused when %s', (_, events) =>
    given(...events)
      .when(regenerate('k2'))
      .thenRejects('psk-not-found'),
  );
  it.each([-1, 0.5, 86_401, Number.NaN])('refuses an overlap of %p seconds', (seconds) =>
    given(issued('k1')).when(regenerate('k2', seconds)).thenRejects('overlap-out-of-range'),
  );
  it('takes an overlap of a day', () =>
    given(issued('k1'))
      .when(regenerate('k2', 86_400))
      .then(regenerated('k2', 'k1', '2026-03-02T10:00:00.000Z')));
  it('is refused for a key that would be expired at birth', () =>
    given(issued('k1'))
      .when(regenerate('k2', 0, { validUntil: now }))
      .thenRejects('valid-until-past'));
});

describe('revoking', () => {
  it('ends the key', () => given(issued('k1')).when(revoke).then(revoked('k1')));
  it('ends the one that still overlaps as well', () =>
    given(issued('k1'), regenerated('k2', 'k1', later))
      .when(revoke)
      .then(revoked('k1'), revoked('k2')));
  it('leaves alone what has stopped before', () =>
    given(issued('k1'), regenerated('k2', 'k1', null))
      .when(revoke)
      .then(revoked('k2')));
  it.each([
    ['there was none', []],
    ['it was revoked before', [issued('k1'), revoked('k1')]],
  ])('is refused when %s', (_, events) =>
    given(...events)
      .when(revoke)
      .thenRejects('psk-not-found'),
  );
  it('by id ends that one only', () =>
    given(issued('k1'), regenerated('k2', 'k1', later))
      .when({ type: 'RevokePskById', pskId: 'k1' })
      .then(revoked('k1')));
  it.each([
    ['an unknown one', 'k9'],
    ['one revoked before', 'k1'],
  ])('by id refuses %s', (_, pskId) =>
    given(issued('k1'), revoked('k1'), issued('k2'))
      .when({ type: 'RevokePskById', pskId })
      .thenRejects('psk-not-found'),
  );
});

describe('which keys work', () => {
  const usable = (events: readonly PskEvent[], at: string): readonly string[] =>
    given(...events)
      .state()
      .keys.filter((state) => isUsable(state, at))
      .map(({ pskId }) => pskId);

  it.each<[string, readonly PskEvent[], string, readonly string[]]>([
    ['an issued one', [issued('k1')], now, ['k1']],
    ['until its end', [issued('k1', { validUntil: later })], now, ['k1']],
    ['not at its end', [issued('k1', { validUntil: later })], later, []],
    ['the new one only', [issued('k1'), regenerated('k2', 'k1', null)], now, ['k2']],
    ['both while they overlap', [issued('k1'), regenerated('k2', 'k1', later)], now, ['k1', 'k2']],
    ['the new one after that', [issued('k1'), regenerated('k2', 'k1', later)], later, ['k2']],
    [
      'an overlapping one not beyond its own end',
      [issued('k1', { validUntil: now }), regenerated('k2', 'k1', later)],
      now,
      ['k2'],
    ],
    ['none after a revocation', [issued('k1'), revoked('k1')], now, []],
    ['the next after an expired one', [issued('k1', { validUntil: now }), issued('k2')], now, ['k2']],
  ])('%s', (_, events, at, expected) => expect(usable(events, at)).toStrictEqual(expected));

  it('stands for the user: the newest', () =>
    expect(currentKey(given(issued('k1', { validUntil: now }), issued('k2')).state())?.pskId).toBe('k2'));
});
