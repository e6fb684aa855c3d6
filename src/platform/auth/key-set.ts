import { hash, KeyObject } from 'node:crypto';
import { importJWK, type JWK } from 'jose';
import type { KeycloakConfig } from '../config/config.js';
import { fetchJson } from './bounded-fetch.js';
import { isJsonObject } from './outside-json.js';

/** One of the identity provider's public signing keys. */
export interface SigningKey {
  readonly key: KeyObject;
  readonly kty: 'RSA' | 'EC';
  /** The one algorithm it is for; `undefined`: any of its kind. */
  readonly alg: string | undefined;
}

export interface KeySet {
  readonly keys: ReadonlyMap<string, SigningKey>;
  /** The same for the same keys. */
  readonly fingerprint: string;
}

const MAX_KEYS = 100;
const MIN_RSA_BITS = 2048;

/** The kind of key that signs with `alg`. */
export const ktyOf = (alg: string): SigningKey['kty'] => (alg.startsWith('ES') ? 'EC' : 'RSA');

/**
 * Fetches the issuer's keys, from where its discovery document says unless that is configured.
 * @throws when they can't be had, or none of them can be used
 */
export const fetchKeySet = async (
  { issuer, jwksUri, algorithms }: KeycloakConfig,
  signal: AbortSignal,
): Promise<KeySet> => {
  const uri = jwksUri ?? (await discoverJwksUri(issuer, signal));
  const document = await fetchJson(uri, { signal });
  const listed: unknown = isJsonObject(document) ? document['keys'] : undefined;
  if (!Array.isArray(listed)) throw new Error(`${uri} holds no list of keys`);
  const keys = new Map<string, SigningKey>();
  for (const jwk of listed.slice(0, MAX_KEYS) as unknown[]) {
    const imported = await importKey(jwk, algorithms);
    if (imported !== undefined && !keys.has(imported.kid)) keys.set(imported.kid, imported);
  }
  if (keys.size === 0) throw new Error(`${uri} holds no key that could be used`);
  const thumbprints = [...keys]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kid, { key, alg }]) => [kid, alg, key.export({ format: 'jwk' })]);
  return { keys, fingerprint: hash('sha256', JSON.stringify(thumbprints)) };
};

const discoverJwksUri = async (issuer: string, signal: AbortSignal): Promise<string> => {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document = await fetchJson(url, { signal });
  if (!isJsonObject(document) || document['issuer'] !== issuer)
    throw new Error(`${url} does not describe ${issuer}`);
  const uri = document['jwks_uri'];
  if (typeof uri !== 'string' || !/^https?:\/\//.test(uri)) throw new Error(`${url} names no jwks_uri`);
  return uri;
};

/** `undefined` for what is no public signing key we could use: others in the set still are. */
const importKey = async (
  jwk: unknown,
  algorithms: readonly string[],
): Promise<(SigningKey & { readonly kid: string }) | undefined> => {
  if (!isJsonObject(jwk)) return undefined;
  const { kid, kty, use, alg } = jwk;
  if (typeof kid !== 'string' || kid === '' || use !== 'sig') return undefined;
  if (kty !== 'RSA' && kty !== 'EC') return undefined;
  if (alg !== undefined && typeof alg !== 'string') return undefined;
  const fits = algorithms.find((candidate) =>
    alg === undefined ? ktyOf(candidate) === kty : candidate === alg,
  );
  if (fits === undefined || ktyOf(fits) !== kty) return undefined;
  try {
    const imported = await importJWK(jwk as JWK, fits);
    if (imported instanceof Uint8Array) return undefined;
    const key = KeyObject.from(imported);
    if (key.type !== 'public') return undefined;
    if (kty === 'RSA' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) return undefined;
    return { kid, key, kty, alg };
  } catch {
    return undefined;
  }
};
