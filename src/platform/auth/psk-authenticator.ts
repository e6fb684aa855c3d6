import { hash } from 'node:crypto';
import { isUsable } from '../../domain/directory/psk.decider.js';
import { LruMap } from '../../event-store/lru-map.js';
import type { Clock } from '../clock/clock.js';
import { CredentialRefused, type CredentialFailure } from './authenticator.js';
import type { CredentialRecords, StoredPsk } from './credential-records.js';
import type { FailureLimiter } from './failure-limiter.js';
import type { PlatformKey } from './platform-key.js';
import type { Principal } from './principal.js';
import { platformPrincipal } from './principals.js';
import type { PskDigests } from './psk-digest.js';
import { isUserPsk, publicIdOf } from './psk-format.js';
import type { PskUsage } from './psk-usage.js';
import type { UserPrincipals } from './user-principals.js';

const refused = (failure: CredentialFailure, reason: string): CredentialRefused =>
  new CredentialRefused(failure, 'psk', `key refused: ${reason}`);

const MAX_PROVEN = 10_000;

/** Pre-shared keys: the platform's, and those of users. */
export class PskAuthenticator {
  /**
   * Keys that were found right, by their SHA-256: what stands in the records under them, as long as those don't change.
   * It spares the look-up and the digest under the pepper, which is most of what a request with a key costs.
   */
  private readonly proven = new LruMap<string, { readonly version: number; readonly stored: StoredPsk }>(
    MAX_PROVEN,
  );

  constructor(
    private readonly platformKey: PlatformKey,
    private readonly digests: PskDigests,
    private readonly records: CredentialRecords,
    private readonly users: UserPrincipals,
    private readonly usage: PskUsage,
    private readonly failures: FailureLimiter,
    private readonly clock: Clock,
  ) {}

  /** @throws CredentialRefused, TooManyFailures, IdentityUnavailable */
  async authenticate(psk: string, address: string): Promise<Principal> {
    try {
      return isUserPsk(psk) ? await this.ofUser(psk) : this.ofPlatform(psk);
    } catch (error) {
      if (error instanceof CredentialRefused) this.failures.record(address, this.clock.now().getTime());
      throw error;
    }
  }

  private ofPlatform(psk: string): Principal {
    const credentialId = this.platformKey.identify(psk);
    if (credentialId === undefined) throw refused('invalid_credential', 'it is unknown');
    return platformPrincipal(credentialId);
  }

  private async ofUser(psk: string): Promise<Principal> {
    const stored = this.storedFor(psk);
    const now = this.clock.now();
    requireUsable(stored, now);
    const principal = await this.users.of(stored.userId, stored.pskId);
    this.usage.touch(stored.pskId, now.getTime());
    return principal;
  }

  private storedFor(psk: string): StoredPsk {
    const version = this.records.version();
    const fingerprint = hash('sha256', psk, 'base64');
    const proven = this.proven.get(fingerprint);
    if (proven?.version === version) return proven.stored;
    const publicId = publicIdOf(psk);
    if (publicId === undefined) throw refused('invalid_credential', 'it is mistyped or cut');
    const stored = this.records.psk(publicId);
    const matches = this.digests.matches(psk, stored?.digest);
    if (stored === undefined || !matches) throw refused('invalid_credential', 'it is unknown');
    this.proven.set(fingerprint, { version, stored });
    return stored;
  }
}

const requireUsable = (stored: StoredPsk, time: Date): void => {
  const now = time.toISOString();
  if (isUsable(stored, now)) return;
  if (stored.status === 'revoked') throw refused('revoked_credential', 'it was revoked');
  if (stored.validUntil !== null && stored.validUntil <= now)
    throw refused('expired_credential', 'it has expired');
  throw refused('revoked_credential', 'a newer one has replaced it');
};
