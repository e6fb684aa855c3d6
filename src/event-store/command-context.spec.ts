import { describe, expect, it } from '@jest/globals';
import { derivedUuid, newId, type CommandContext } from './command-context.js';

const UUID_8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const context: CommandContext = {
  now: '2026-05-04T03:02:01.000Z',
  actor: { kind: 'user', id: 'u-1' },
  credential: { type: 'user_psk', id: 'psk-1' },
  correlationId: 'c',
  causationId: 'r',
};
const keyed = (key: string): CommandContext => ({ ...context, idempotency: { key, fingerprint: 'f' } });

describe('derivedUuid', () => {
  // Ids in logs that exist depend on it: a change would double what is repeated across an upgrade.
  it('is the same for ever', () => {
    expect(derivedUuid('event', 'key', 'stream-1', '0')).toBe('7d0e542a-6a54-858a-b2a4-60f3264eb3ea');
  });

  it('is a UUID of version 8, whatever the parts', () => {
    for (let i = 0; i < 200; i++) expect(derivedUuid('event', String(i))).toMatch(UUID_8);
  });

  it.each([
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [['a', 'b'], ['ab']],
    [['a,b'], ['a', 'b']],
    [['a', ''], ['a']],
  ])('tells %p and %p apart', (one, other) => {
    expect(derivedUuid(...one)).not.toBe(derivedUuid(...other));
  });
});

describe('newId', () => {
  it('is random without an idempotency key', () => {
    expect(newId(context, 'deployment')).not.toBe(newId(context, 'deployment'));
  });

  it('is the same for the same key and purpose', () => {
    expect(newId(keyed('k'), 'deployment')).toBe(newId(keyed('k'), 'deployment'));
  });

  it('differs by key and by purpose', () => {
    const ids = [newId(keyed('k'), 'deployment'), newId(keyed('k'), 'psk'), newId(keyed('l'), 'deployment')];
    expect(new Set(ids).size).toBe(3);
  });
});
