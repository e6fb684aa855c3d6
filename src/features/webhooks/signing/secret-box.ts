import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { SealedSecret } from '../../../domain/webhook/webhook.events.js';
import { readOrCreateSecret } from '../../../platform/auth/secret-file.js';
import type { Config } from '../../../platform/config/config.js';
import type { EventStore } from '../../../event-store/event-store.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

interface Key {
  readonly id: string;
  readonly bytes: Buffer;
}

/** None of the keys here has sealed it. */
export class UnknownSealingKey extends Error {
  override readonly name = 'UnknownSealingKey';

  constructor(readonly keyId: string) {
    super(`the secret was sealed with the key ${keyId}, which is not among those of WEBHOOK_SECRET_KEY`);
  }
}

/**
 * Signing secrets at rest: AES-256-GCM, each with a nonce of its own, bound to its webhook so that it can't be moved to
 * another one. A sealed secret names its key, so keys can be replaced: the first one seals, all of them open.
 */
export class SecretBox {
  private readonly keys: readonly Key[];

  /** @param keys base64, 32 bytes each; none: nothing can be sealed or opened */
  constructor(keys: readonly string[]) {
    this.keys = keys.map((key) => {
      const bytes = Buffer.from(key, 'base64');
      if (bytes.length !== KEY_BYTES) throw new Error(`a key for webhook secrets has ${KEY_BYTES} bytes`);
      return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 12), bytes };
    });
  }

  /**
   * With the configured keys. Without any, the embedded log's only process makes one for itself; replicas that share a
   * log can't open what was sealed with a key of one of them.
   */
  static of({ webhooks, dataDir }: Pick<Config, 'webhooks' | 'dataDir'>, { kind }: EventStore): SecretBox {
    if (webhooks.secretKeys.length > 0 || kind !== 'sqlite') return new SecretBox(webhooks.secretKeys);
    const path = join(dataDir, 'webhook-secret-key');
    return new SecretBox([readOrCreateSecret(path, () => randomBytes(KEY_BYTES).toString('base64')).secret]);
  }

  get canSeal(): boolean {
    return this.keys.length > 0;
  }

  seal(secret: string, webhookId: string): SealedSecret {
    const [key] = this.keys;
    if (key === undefined) throw new Error('there is no key to seal webhook secrets with');
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key.bytes, nonce).setAAD(Buffer.from(webhookId));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return { keyId: key.id, nonce: nonce.toString('base64'), sealed: sealed.toString('base64') };
  }

  /** @throws {@link UnknownSealingKey}, or what the cipher says of what was tampered with */
  open({ keyId, nonce, sealed }: SealedSecret, webhookId: string): string {
    const key = this.keys.find(({ id }) => id === keyId);
    if (key === undefined) throw new UnknownSealingKey(keyId);
    const bytes = Buffer.from(sealed, 'base64');
    const end = bytes.length - TAG_BYTES;
    const options = { authTagLength: TAG_BYTES };
    const decipher = createDecipheriv(CIPHER, key.bytes, Buffer.from(nonce, 'base64'), options)
      .setAAD(Buffer.from(webhookId))
      .setAuthTag(bytes.subarray(end));
    return decipher.update(bytes.subarray(0, end), undefined, 'utf8') + decipher.final('utf8');
  }
}
