import { Command } from '@nestjs/cqrs';
import type { CommandContext } from '../../event-store/command-context.js';
import type { DeliveryAttempt, WebhookView } from './webhook.view.js';

export interface WebhookTerms {
  readonly url: string;
  /** `null`: every type. */
  readonly types: readonly string[] | null;
  /** Stream name; `null`: every entity. */
  readonly entity: string | null;
  /** The actor's id; `null`: whoever. */
  readonly actor: string | null;
  readonly description: string | null;
}

/** A webhook with the secret that signs from now on. */
export interface WebhookWithSecret {
  readonly webhook: WebhookView;
  readonly secret: string;
  /** This request was carried out before; the log gave its answer again. */
  readonly repeated: boolean;
}

/**
 * Sends what happens from now on. Refused with `unknown-event-type`, `event-never-carried`, `target-malformed`,
 * `target-not-allowed`, `webhook-secret-key-missing`, `too-many-webhooks`.
 */
export class RegisterWebhook extends Command<WebhookWithSecret> {
  constructor(
    readonly terms: WebhookTerms,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Refused with `webhook-not-found`, `too-many-secrets`, `webhook-secret-key-missing`. */
export class RotateWebhookSecret extends Command<WebhookWithSecret> {
  constructor(
    readonly webhookId: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

export type WebhookChange =
  | { readonly type: 'PauseWebhook' }
  | { readonly type: 'ResumeWebhook' }
  | { readonly type: 'DeleteWebhook' }
  /** Sends everything after this position, whether or not it was sent before. */
  | { readonly type: 'ReplayWebhook'; readonly after: bigint }
  /** Sends the dead letters from one position up to and with the other again. */
  | { readonly type: 'RedeliverRange'; readonly from: bigint; readonly to: bigint }
  /** Sends one event again that was delivered or is a dead letter. */
  | { readonly type: 'RedeliverOne'; readonly eventId: string };

/**
 * Refused with `webhook-not-found`, `webhook-disabled`, `position-beyond-end`, `range-malformed`, `delivery-not-found`,
 * `delivery-retrying`.
 */
export class ChangeWebhook extends Command<WebhookView> {
  constructor(
    readonly webhookId: string,
    readonly change: WebhookChange,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Sends an event that stands in no log, whatever the webhook's status. Refused with `webhook-not-found`. */
export class TestWebhook extends Command<{ readonly eventId: string; readonly attempt: DeliveryAttempt }> {
  constructor(readonly webhookId: string) {
    super();
  }
}
