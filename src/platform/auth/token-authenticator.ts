import { hash } from 'node:crypto';
import { PLATFORM_ID } from '../../domain/shared/caller.js';
import { LruMap } from '../../event-store/lru-map.js';
import type { Clock } from '../clock/clock.js';
import type { KeycloakConfig } from '../config/config.js';
import { CredentialRefused } from './authenticator.js';
import { readClaims, type TokenClaims } from './claims.js';
import type { CredentialRecords } from './credential-records.js';
import type { Directory } from './directory.js';
import { isLine, type JsonObject } from './outside-json.js';
import type { JwksCache } from './jwks-cache.js';
import { tokenRefused } from './jwt-form.js';
import type { Principal } from './principal.js';
import { principalOfToken, type RoleRules } from './principals.js';
import type { TokenVerifier } from './token-verifier.js';
import type { UserRecorder } from './user-recorder.js';

const MAX_TOKENS = 10_000;
const MAX_USER_ID_LENGTH = 255;
/** When a user could not be recorded (the store is away), the next try is left to a request that much later. */
const RECORD_AGAIN_MS = 10_000;

/** A token that was verified with all that was known then. */
interface Verified {
  readonly claims: TokenClaims;
  readonly principal: Principal;
  /** Milliseconds, with the skew. */
  readonly expiresAt: number;
  readonly keysVersion: number;
  /** Version of the records by which its session was found alive and its user enabled. */
  recordsVersion: number;
  /** Milliseconds; `null`: its user is recorded. */
  recordAt: number | null;
}

/** Access tokens of the issuer. A verified one is remembered by its SHA-256 until it expires or a key changes. */
export class TokenAuthenticator {
  private readonly verified = new LruMap<string, Verified>(MAX_TOKENS);
  private readonly verifying = new Map<string, Promise<Verified>>();

  constructor(
    private readonly keycloak: KeycloakConfig,
    private readonly rules: RoleRules,
    private readonly verifier: TokenVerifier,
    private readonly keys: JwksCache,
    private readonly records: CredentialRecords,
    private readonly directory: Directory,
    private readonly recorder: UserRecorder,
    private readonly clock: Clock,
  ) {}

  /** @throws CredentialRefused, IdentityUnavailable */
  async authenticate(token: string): Promise<Principal> {
    const key = hash('sha256', token, 'base64');
    const known = this.verified.get(key);
    const now = this.clock.now().getTime();
    if (known !== undefined && known.keysVersion === this.keys.version && now < known.expiresAt) {
      this.requireStanding(known);
      if (known.recordAt !== null && now >= known.recordAt) await this.recordUser(known);
      return known.principal;
    }
    this.verified.delete(key);
    return (await this.verifyOnce(key, token)).principal;
  }

  /** Requests that bring the same new token at once wait for one verification. */
  private verifyOnce(key: string, token: string): Promise<Verified> {
    let verifying = this.verifying.get(key);
    if (verifying === undefined) {
      verifying = this.verify(key, token).finally(() => this.verifying.delete(key));
      this.verifying.set(key, verifying);
    }
    return verifying;
  }

  private async verify(key: string, token: string): Promise<Verified> {
    // Before the key is looked up: a set that changes meanwhile makes this verification an old one.
    const keysVersion = this.keys.version;
    const payload = await this.verifier.verify(token, this.keycloak.audience, null);
    this.requireAccessToken(payload);
    const claims = readClaims(payload, this.keycloak.issuer, this.rules.ownClient);
    const verified: Verified = {
      claims,
      principal: principalOfToken(claims, claims.tokenId ?? hash('sha256', token).slice(0, 16), this.rules),
      expiresAt: (payload.exp + this.keycloak.clockSkewSeconds) * 1000,
      keysVersion,
      recordsVersion: Number.NaN,
      recordAt: 0,
    };
    this.requireStanding(verified);
    await this.recordUser(verified);
    this.verified.set(key, verified);
    return verified;
  }

  /** Of the issuer's tokens only access tokens, for whoever may use us, and with a user in them. */
  private requireAccessToken(
    payload: JsonObject,
  ): asserts payload is JsonObject & { sub: string; iat: number; exp: number } {
    const { typ, sub, azp } = payload;
    const { allowedAzp } = this.keycloak;
    if (typ !== 'Bearer') throw tokenRefused('it is no access token (typ)');
    if (!isLine(sub) || sub.length > MAX_USER_ID_LENGTH) throw tokenRefused('it names no user (sub)');
    if (sub === PLATFORM_ID) throw tokenRefused('it names the platform, which has no tokens (sub)');
    if (allowedAzp !== null && !(typeof azp === 'string' && allowedAzp.includes(azp)))
      throw tokenRefused('it was issued to an application that is not allowed (azp)');
  }

  private requireStanding(verified: Verified): void {
    const version = this.records.version();
    if (verified.recordsVersion === version) return;
    const { sessionId, userId, issuedAt } = verified.claims;
    if (this.records.sessionEnded(sessionId, userId, issuedAt))
      throw tokenRefused('its session was ended', 'revoked_credential');
    if (this.directory.user(userId)?.enabled === false)
      throw new CredentialRefused('user_disabled', 'jwt', 'token refused: its user is disabled');
    verified.recordsVersion = version;
  }

  private async recordUser(verified: Verified): Promise<void> {
    const { claims, principal } = verified;
    // Set before the wait, so that requests meanwhile don't all try.
    verified.recordAt = this.clock.now().getTime() + RECORD_AGAIN_MS;
    if (await this.recorder.record(claims.userId, claims, principal.credentialId)) verified.recordAt = null;
  }
}
