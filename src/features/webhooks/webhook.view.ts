import type { Webhook } from '../../domain/webhook/webhook.decider.js';

/** Times RFC 3339 UTC with milliseconds. */
export interface WebhookView {
  readonly webhookId: string;
  readonly url: string;
  readonly types: readonly string[] | null;
  readonly entity: string | null;
  readonly actor: string | null;
  readonly description: string | null;
  readonly status: Webhook['status'];
  readonly disabledReason: string | null;
  readonly createdAt: string;
  /** Every event up to here was delivered, is a dead letter, or does not fit. */
  readonly sentUpTo: bigint;
  /** Distance to the newest event that is handed out, in positions. */
  readonly lag: bigint;
  readonly revision: bigint;
  /** Position of the webhook's last event. */
  readonly position: bigint;
}

export type DeliveryStatus = 'delivered' | 'retrying' | 'dead';

export interface DeliveryAttempt {
  readonly at: string;
  /** `null`: no whole answer came. */
  readonly statusCode: number | null;
  readonly latencyMs: number;
  /** Its first KiB; `null`: it was empty, or is not kept (any more, or here). */
  readonly answer: string | null;
  /** Why it did not deliver; `null`: it did. */
  readonly error: string | null;
}

/** One event and what became of it. */
export interface DeliveryView {
  /** It names the delivery among those of its webhook. */
  readonly eventId: string;
  /** Of the event. */
  readonly position: bigint;
  readonly status: DeliveryStatus;
  /** The latest, oldest first. */
  readonly attempts: readonly DeliveryAttempt[];
  readonly nextAttemptAt: string | null;
}

/** A row of the read model `webhooks`. */
export interface WebhookRow {
  readonly webhook_id: string;
  readonly registered_at_position: number;
  readonly url: string;
  readonly types: string | null;
  readonly entity: string | null;
  readonly actor: string | null;
  readonly description: string | null;
  readonly status: Webhook['status'];
  readonly disabled_reason: string | null;
  readonly created_at: string;
  readonly replays: number;
  readonly position: number;
  readonly revision: number;
  readonly changed_at_position: number;
}

/** As it is just after a command, before any read model knows. */
export const freshView = (
  webhook: Webhook,
  { revision, position }: { readonly revision: bigint; readonly position: bigint },
): WebhookView => {
  const { replays: _, startsAfter, secrets: __, ...facts } = webhook;
  return { ...facts, sentUpTo: BigInt(startsAfter), lag: 0n, revision, position };
};
