import { describe, expect, it } from '@jest/globals';
import { loadConfig } from './load-config.js';
import { ownSecrets } from './own-secrets.js';

const EVENT_STORE_URL = 'esdb://es:2113?tls=false';
const PSK_PEPPER = 'p'.repeat(32);
const PLATFORM_PSK = 'k'.repeat(43);
const PLATFORM_PSK_DIGESTS = `sha256:${'a'.repeat(64)}`;

describe('secrets that a replica makes for itself', () => {
  it.each([
    [{}, []],
    [{ EVENT_STORE_URL }, ['PSK_PEPPER', 'PLATFORM_PSK']],
    [{ EVENT_STORE_URL, PLATFORM_PSK }, ['PSK_PEPPER']],
    [{ EVENT_STORE_URL, PSK_PEPPER }, ['PLATFORM_PSK']],
    [{ EVENT_STORE_URL, PSK_PEPPER, PLATFORM_PSK }, []],
    [{ EVENT_STORE_URL, PSK_PEPPER, PLATFORM_PSK_DIGESTS }, []],
  ])('under %j are %j', (env, names) => {
    expect(ownSecrets(loadConfig(env))).toEqual(names);
  });
});
