import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { PskDigests } from './psk-digest.js';

const pepper = 'a-pepper-of-32-characters-or-more';
const digests = new PskDigests(pepper);
const stored = Buffer.from(digests.of('gpu_key'), 'hex');

describe('the digest of a key', () => {
  it('is an HMAC-SHA-256 of the whole key under the pepper', () => {
    expect(digests.of('gpu_key')).toBe(createHmac('sha256', pepper).update('gpu_key').digest('hex'));
  });
  it('is another one under another pepper', () => {
    expect(new PskDigests(`${pepper}!`).of('gpu_key')).not.toBe(digests.of('gpu_key'));
  });
  it('matches that key', () => expect(digests.matches('gpu_key', stored)).toBe(true));
  it('matches no other key', () => expect(digests.matches('gpu_kez', stored)).toBe(false));
  it('matches nothing where no key is known', () =>
    expect(digests.matches('gpu_key', undefined)).toBe(false));
  it.each([Buffer.alloc(0), stored.subarray(1), Buffer.concat([stored, stored])])(
    'matches nothing of another length, and does not throw',
    (other) => expect(digests.matches('gpu_key', other)).toBe(false),
  );
});
