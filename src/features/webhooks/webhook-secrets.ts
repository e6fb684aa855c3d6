import { Injectable } from '@nestjs/common';
import type { Webhook } from '../../domain/webhook/webhook.decider.js';
import type { SealedSecret } from '../../domain/webhook/webhook.events.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import { SecretBox } from './signing/secret-box.js';
import { newSigningSecret } from './signing/signature.js';

/** Signing secrets as commands need them: made and sealed, or opened once more for the answer that shows one. */
@Injectable()
export class WebhookSecrets {
  constructor(private readonly box: SecretBox) {}

  /** @throws DomainError `webhook-secret-key-missing` */
  makeSealed(webhookId: string): SealedSecret {
    if (!this.box.canSeal)
      throw new DomainError(
        'conflict',
        'webhook-secret-key-missing',
        'Replicas share this log, and each has to open the secrets of its webhooks: give all of them the same ' +
          'WEBHOOK_SECRET_KEY or WEBHOOK_SECRET_KEY_FILE (32 bytes, base64)',
      );
    return this.box.seal(newSigningSecret(), webhookId);
  }

  /** The one that signs from now on. */
  currentOf({ webhookId, secrets }: Webhook): string {
    const [current] = secrets;
    if (current === undefined) throw new Error('a webhook has no secret');
    return this.box.open(current, webhookId);
  }
}
