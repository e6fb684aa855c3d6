import { signingSecrets, type Webhook } from '../../../domain/webhook/webhook.decider.js';
import { isEventType, splitStreamName } from '../../../domain/events.js';
import type { RecordedEvent } from '../../../event-store/event-store.js';
import { isHandedOut, matching } from '../../feed/index.js';
import { signedHeaders, signingKey } from '../signing/signature.js';
import type { SecretBox } from '../signing/secret-box.js';

type Filter = Pick<Webhook, 'types' | 'entity' | 'actor'>;

/** What a webhook carries: what fits its filter, and never what is told of webhooks. */
export const carries = ({ types, entity, actor }: Filter): ((event: RecordedEvent) => boolean) => {
  const fits = matching({
    ...(types !== null && { types: types.filter(isEventType) }),
    ...(entity !== null && { entity }),
    ...(actor !== null && { actor }),
  });
  return (event) =>
    fits(event) && splitStreamName(event.stream).aggregate !== 'webhook' && isHandedOut(event.stream);
};

/** Signs with every secret that is valid at the time. */
export class Signer {
  private readonly keys: readonly { readonly key: Buffer; readonly until: string | null }[];

  /** @throws UnknownSealingKey */
  constructor(webhook: Webhook, box: SecretBox, now: Date) {
    this.keys = signingSecrets(webhook, now.toISOString()).map(({ until, ...sealed }) => ({
      key: signingKey(box.open(sealed, webhook.webhookId)),
      until,
    }));
  }

  headers(id: string, body: string, now: Date): Readonly<Record<string, string>> {
    const time = now.toISOString();
    const valid = this.keys.filter(({ until }) => until === null || time < until);
    return signedHeaders(
      id,
      now,
      body,
      valid.map(({ key }) => key),
    );
  }
}
