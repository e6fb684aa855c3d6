import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PlatformKey } from './platform-key.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const first = 'the-first-key-of-an-operator-0123456789';
const second = 'the-second-key-of-an-operator-0123456789';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'platform-key-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const given = (plain: string | null, ...keys: readonly string[]): PlatformKey =>
  new PlatformKey({ dataDir, platformKey: { plain, digests: keys.map(sha256) } });

describe("the platform's key", () => {
  it("may be the operator's own", () => {
    const key = given(first);
    expect(key.identify(first)).toBe(sha256(first).slice(0, 8));
    expect(key.identify(second)).toBeUndefined();
    expect(key).toMatchObject({ path: null, created: false });
  });

  it('may be known by two digests, while one takes over from the other', () => {
    const key = given(null, first, second);
    expect([first, second, `${first}x`].map((psk) => key.identify(psk))).toStrictEqual([
      sha256(first).slice(0, 8),
      sha256(second).slice(0, 8),
      undefined,
    ]);
  });

  it('is made at the first start, for the own user only, and kept', () => {
    const made = given(null);
    const path = join(dataDir, 'platform-psk');
    const psk = readFileSync(path, 'utf8').trim();
    expect(psk).toMatch(/^gpp_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(made).toMatchObject({ path, created: true });
    const again = given(null);
    expect(again.created).toBe(false);
    expect(again.identify(psk)).toBe(sha256(psk).slice(0, 8));
  });

  it.each([
    ['short', 'too-short-a-key'],
    ['spaced', 'a key with spaces in it 0123456789 0123456789'],
    ['like a token', 'a-key-that.looks-like.a-token-0123456789'],
    ["like a user's", 'gpu_looks-like-a-key-of-a-user-0123456789'],
  ])('is refused at start when it is %s', (_, plain) => {
    expect(() => given(plain)).toThrow(/platform key must/);
    expect(() => given(plain)).not.toThrow(new RegExp(plain));
  });

  it('is not made anew over a damaged file', () => {
    writeFileSync(join(dataDir, 'platform-psk'), '');
    expect(() => given(null)).toThrow(/damaged/);
  });
});
