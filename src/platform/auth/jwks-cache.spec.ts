import { generateKeyPairSync } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { JwksCache, type JwksTimes } from './jwks-cache.js';
import type { KeySet, SigningKey } from './key-set.js';

Logger.overrideLogger(false);

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signingKey: SigningKey = { key: publicKey, kty: 'EC', alg: undefined };
const setOf = (...kids: readonly string[]): KeySet => ({
  keys: new Map(kids.map((kid) => [kid, signingKey])),
  fingerprint: kids.join(),
});

/** A provider whose set can be changed and taken away. */
class Provider {
  set: KeySet | undefined = setOf('k1');
  fetches = 0;
  open: (() => void) | undefined;
  /** Answers wait for {@link open} when true. */
  slow = false;

  /** Answers with what it had when it was asked. */
  readonly fetch = async (): Promise<KeySet> => {
    this.fetches++;
    const { set } = this;
    if (this.slow) await new Promise<void>((resolve) => (this.open = resolve));
    if (set === undefined) throw new Error('the provider is down');
    return set;
  };
}

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const cacheOf = (provider: Provider, times: Partial<JwksTimes> = {}): JwksCache => {
  const cache = new JwksCache(provider.fetch, {
    refreshMs: 3_600_000,
    coolDownMs: 50,
    unknownKidMs: 3_600_000,
    ...times,
  });
  cleanups.push(() => cache.stop());
  return cache;
};

describe('the signing keys', () => {
  it('are loaded at start and asked for no more', async () => {
    const provider = new Provider();
    const cache = cacheOf(provider);
    await cache.start();
    await expect(cache.key('k1')).resolves.toBe(signingKey);
    expect(provider.fetches).toBe(1);
  });

  it('that are not known are fetched once for all who wait for them', async () => {
    const provider = new Provider();
    const cache = cacheOf(provider);
    await cache.start();
    const found = await Promise.all(Array.from({ length: 50 }, (_, i) => cache.key(`made-up-${i}`)));
    expect(found).toStrictEqual(Array.from({ length: 50 }));
    expect(provider.fetches).toBe(2);
  });

  it('include one that was rotated in while made-up ones used up the fetches', async () => {
    const provider = new Provider();
    const cache = cacheOf(provider);
    await cache.start();
    await Promise.all(Array.from({ length: 50 }, (_, i) => cache.key(`made-up-${i}`)));
    provider.set = setOf('k2', 'k1');
    await expect(cache.key('k2')).resolves.toBe(signingKey);
    expect(provider.fetches).toBe(3);
  });

  it('are not looked for in a fetch that began before they were asked for', async () => {
    const provider = new Provider();
    const cache = cacheOf(provider, { coolDownMs: 0 });
    await cache.start();
    provider.slow = true;
    const underWay = cache.refresh();
    provider.slow = false;
    provider.set = setOf('k2', 'k1');
    const found = cache.key('k2');
    provider.open?.();
    await underWay;
    await expect(found).resolves.toBe(signingKey);
    expect(provider.fetches).toBe(3);
  });

  it('that the provider does not know are refused for a while without asking', async () => {
    const provider = new Provider();
    const cache = cacheOf(provider);
    await cache.start();
    await cache.key('made-up');
    await expect(cache.key('made-up')).resolves.toBeUndefined();
    expect(provider.fetches).toBe(2);
  });

  it('are asked for again when that while is over', async () => {
    const provider = new Provider();
    const cache = cacheOf(provider, { unknownKidMs: 0 });
    await cache.start();
    await cache.key('k2');
    provider.set = setOf('k2');
    await expect(cache.key('k2')).resolves.toBe(signingKey);
  });

  it('are not taken for unknown because the provider was down', async () => {
    const provider = new Provider();
    const cache = cacheOf(provider);
    await cache.start();
    provider.set = undefined;
    await expect(cache.key('k2')).resolves.toBeUndefined();
    provider.set = setOf('k1', 'k2');
    await expect(cache.key('k2')).resolves.toBe(signingKey);
  });

  it('stay what they were while the provider is down', async () => {
    const provider = new Provider();
    const cache = cacheOf(provider);
    await cache.start();
    provider.set = undefined;
    await expect(cache.refresh()).resolves.toBe(false);
    await expect(cache.key('k1')).resolves.toBe(signingKey);
  });

  it('that were withdrawn are gone with the next refresh, and the version moves with them', async () => {
    const provider = new Provider();
    provider.set = setOf('k1', 'k2');
    const cache = cacheOf(provider);
    await cache.start();
    const { version } = cache;
    await cache.refresh();
    expect(cache.version).toBe(version);
    provider.set = setOf('k2');
    await cache.refresh();
    expect(cache.version).toBe(version + 1);
    await expect(cache.key('k1')).resolves.toBeUndefined();
  });

  it('can be had from nobody while none were ever loaded, and then at once', async () => {
    const provider = new Provider();
    provider.set = undefined;
    const cache = cacheOf(provider, { coolDownMs: 0, refreshMs: 3_600_000 });
    await cache.refresh();
    await expect(cache.key('k1')).rejects.toMatchObject({ name: 'IdentityUnavailable' });
    provider.set = setOf('k1');
    await expect(cache.key('k1')).resolves.toBe(signingKey);
  });

  it('are loaded by themselves once the provider comes up', async () => {
    const provider = new Provider();
    provider.set = undefined;
    const cache = cacheOf(provider, { coolDownMs: 5 });
    await cache.start();
    provider.set = setOf('k1');
    while (cache.version === 0) await setTimeout(5);
    const { fetches } = provider;
    await expect(cache.key('k1')).resolves.toBe(signingKey);
    expect(provider.fetches).toBe(fetches);
  });

  it('are looked for under no name that is absurdly long', async () => {
    const provider = new Provider();
    const cache = cacheOf(provider);
    await cache.start();
    await expect(cache.key('k'.repeat(257))).resolves.toBeUndefined();
    expect(provider.fetches).toBe(1);
  });
});
