import {
  flag,
  instant,
  listOf,
  object,
  orNull,
  position,
  rowOf,
  text,
  uuid,
  whole,
} from '../shared/schema.js';

const webhookId = text;
const secret = object({ keyId: text, nonce: text, sealed: text });

const progress = object({
  replays: whole(0),
  position,
  lanes: listOf(
    object({
      entity: text,
      revision: position,
      position,
      failures: whole(0),
      nextAttemptAt: orNull(instant),
      again: flag,
    }),
  ),
});

const delivery = rowOf(position, uuid, whole(0), whole(100), whole(0));
const failure = object({
  position,
  eventId: uuid,
  entity: text,
  revision: position,
  at: instant,
  statusCode: orNull(whole(100)),
  latencyMs: whole(0),
  error: text,
  nextAttemptAt: orNull(instant),
});

/** Of each event type the schema of its data in every version, the first one first. */
export const webhookEventSchemas = {
  WebhookRegistered: [
    object({
      webhookId,
      url: text,
      types: orNull(listOf(text)),
      entity: orNull(text),
      actor: orNull(text),
      description: orNull(text),
      position,
      secret,
    }),
  ],
  WebhookPaused: [object({ webhookId })],
  WebhookResumed: [object({ webhookId })],
  WebhookDisabled: [object({ webhookId, reason: text })],
  WebhookDeleted: [object({ webhookId })],
  WebhookSecretRotated: [object({ webhookId, secret, replacedUntil: instant })],
  WebhookReplayRequested: [object({ webhookId, after: position })],
  WebhookRedeliveryRequested: [object({ webhookId, from: position, to: position, delivered: flag })],
  WebhookLeaseTaken: [object({ webhookId, holder: text, term: whole(1), progress })],
  WebhookCheckpointed: [
    object({
      webhookId,
      holder: text,
      term: whole(1),
      released: flag,
      progress,
      delivered: listOf(delivery),
      failed: listOf(failure),
    }),
  ],
} as const;
