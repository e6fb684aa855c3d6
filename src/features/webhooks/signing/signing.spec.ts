import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { SecretBox } from './secret-box.js';
import { newSigningSecret, signedHeaders, signingKey } from './signature.js';

const key = (): string => randomBytes(32).toString('base64');

describe('signatures', () => {
  it("are what receivers' libraries verify, with either secret while one is replaced", () => {
    const [old, fresh] = [newSigningSecret(), newSigningSecret()];
    const body = '{"name":"Zoë"}';
    const headers = signedHeaders('id-1', new Date(), body, [signingKey(fresh), signingKey(old)]);
    for (const secret of [old, fresh])
      expect(new Webhook(secret).verify(body, headers)).toEqual({ name: 'Zoë' });
    expect(() => new Webhook(newSigningSecret()).verify(body, headers)).toThrow();
    expect(() => new Webhook(fresh).verify(`${body} `, headers)).toThrow();
    expect(() => new Webhook(fresh).verify(body, { ...headers, 'webhook-id': 'id-2' })).toThrow();
  });

  it('are those that the library makes', () => {
    const secret = newSigningSecret();
    const at = new Date('2026-05-05T05:05:05.678Z');
    const { 'webhook-signature': made } = signedHeaders('id-1', at, '{}', [signingKey(secret)]);
    expect(made).toBe(new Webhook(secret).sign('id-1', at, '{}'));
  });
});

describe('secrets at rest', () => {
  it('are opened by the key that sealed them, for their own webhook', () => {
    const box = new SecretBox([key()]);
    const sealed = box.seal('whsec_x', 'w-1');
    expect(JSON.stringify(sealed)).not.toContain('whsec_x');
    expect(box.open(sealed, 'w-1')).toBe('whsec_x');
    expect(() => box.open(sealed, 'w-2')).toThrow();
    expect(box.seal('whsec_x', 'w-1').sealed).not.toBe(sealed.sealed);
  });

  it.each(['nonce', 'sealed'] as const)('are not opened when the %s was changed', (member) => {
    const box = new SecretBox([key()]);
    const sealed = box.seal('whsec_x', 'w-1');
    const bytes = Buffer.from(sealed[member], 'base64');
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    expect(() => box.open({ ...sealed, [member]: bytes.toString('base64') }, 'w-1')).toThrow();
  });

  it('are not opened with a shortened tag', () => {
    const box = new SecretBox([key()]);
    const sealed = box.seal('whsec_x', 'w-1');
    const cut = Buffer.from(sealed.sealed, 'base64').subarray(0, -12).toString('base64');
    expect(() => box.open({ ...sealed, sealed: cut }, 'w-1')).toThrow();
  });

  it('name their key, so that keys can be replaced', () => {
    const [old, fresh] = [key(), key()];
    const sealed = new SecretBox([old]).seal('whsec_x', 'w-1');
    const both = new SecretBox([fresh, old]);
    expect(both.open(sealed, 'w-1')).toBe('whsec_x');
    expect(both.seal('whsec_y', 'w-1').keyId).not.toBe(sealed.keyId);
    expect(() => new SecretBox([fresh]).open(sealed, 'w-1')).toThrow(sealed.keyId);
  });

  it('need a key of 32 bytes', () => {
    expect(() => new SecretBox([randomBytes(16).toString('base64')])).toThrow('32 bytes');
    expect(new SecretBox([]).canSeal).toBe(false);
    expect(() => new SecretBox([]).seal('whsec_x', 'w-1')).toThrow();
  });
});
