import { hash, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { formOf } from './credentials.js';
import { isUserPsk, mintPsk } from './psk-format.js';
import { readOrCreateSecret } from './secret-file.js';

const MIN_LENGTH = 32;

/** The key of the serving platform: the operator's own, known by digests, or made at first start. */
export class PlatformKey {
  private readonly digests: readonly Buffer[];
  /** Where the key lies that was made here; `null` when the operator gave one. */
  readonly path: string | null;
  /** It was made by this start. */
  readonly created: boolean;

  constructor({ platformKey, dataDir }: Pick<Config, 'platformKey' | 'dataDir'>) {
    if (platformKey.digests.length > 0) {
      this.digests = platformKey.digests.map((hex) => Buffer.from(hex, 'hex'));
      this.path = null;
      this.created = false;
    } else if (platformKey.plain !== null) {
      requireUsable(platformKey.plain);
      this.digests = [sha256(platformKey.plain)];
      this.path = null;
      this.created = false;
    } else {
      this.path = join(dataDir, 'platform-psk');
      const { secret, created } = readOrCreateSecret(this.path, () => mintPsk('gpp').psk);
      requireUsable(secret);
      this.digests = [sha256(secret)];
      this.created = created;
    }
  }

  /** First 8 hex characters of the key's SHA-256 when it is the platform's key, else `undefined`. Constant time. */
  identify(psk: string): string | undefined {
    const digest = sha256(psk);
    let matches = false;
    // All of them, always: which of two keys it was must not show in the time either.
    for (const known of this.digests) matches = timingSafeEqual(known, digest) || matches;
    return matches ? digest.toString('hex', 0, 4) : undefined;
  }
}

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');

const requireUsable = (key: string): void => {
  if (key.length < MIN_LENGTH) throw new Error(`the platform key must have ${MIN_LENGTH} characters or more`);
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new Error('the platform key must consist of visible ASCII characters without spaces');
  if (formOf(key) === 'jwt')
    throw new Error('the platform key must not have exactly two dots: it would be taken for a token');
  if (isUserPsk(key)) throw new Error("the platform key must not start with gpu_: that marks users' keys");
};
