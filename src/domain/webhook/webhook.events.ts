import type { DomainEvent } from '../shared/decider.js';

/** A signing secret as the log holds it: sealed, so that only who has the key can open it. */
export interface SealedSecret {
  /** Which key sealed it: the first characters of the key's digest. */
  readonly keyId: string;
  /** Base64. */
  readonly nonce: string;
  /** Base64: the ciphertext with its authentication tag at the end. */
  readonly sealed: string;
}

/** Stream `webhook-<id>`: what an administrator wants of a downstream subscription. Positions are decimal strings. */
export type WebhookRegistered = DomainEvent<
  'WebhookRegistered',
  {
    readonly webhookId: string;
    readonly url: string;
    /** `null`: every type. */
    readonly types: readonly string[] | null;
    /** Stream name; `null`: every entity. */
    readonly entity: string | null;
    /** The actor's id; `null`: whoever. */
    readonly actor: string | null;
    readonly description: string | null;
    /** Events after it are sent. */
    readonly position: string;
    readonly secret: SealedSecret;
  }
>;
export type WebhookPaused = DomainEvent<'WebhookPaused', { readonly webhookId: string }>;
/** After a pause, or after it was disabled. */
export type WebhookResumed = DomainEvent<'WebhookResumed', { readonly webhookId: string }>;
export type WebhookDisabled = DomainEvent<
  'WebhookDisabled',
  { readonly webhookId: string; readonly reason: string }
>;
export type WebhookDeleted = DomainEvent<'WebhookDeleted', { readonly webhookId: string }>;
/** The secrets before it go on signing beside it, each for a day from when it was replaced. */
export type WebhookSecretRotated = DomainEvent<
  'WebhookSecretRotated',
  { readonly webhookId: string; readonly secret: SealedSecret; readonly replacedUntil: string }
>;
/** Events after this position are sent, again or for the first time. */
export type WebhookReplayRequested = DomainEvent<
  'WebhookReplayRequested',
  { readonly webhookId: string; readonly after: string }
>;
/** Dead letters whose events stand from `from` up to and with `to` are sent again; with `delivered` the others too. */
export type WebhookRedeliveryRequested = DomainEvent<
  'WebhookRedeliveryRequested',
  {
    readonly webhookId: string;
    readonly from: string;
    readonly to: string;
    readonly delivered: boolean;
  }
>;

export type WebhookEvent =
  | WebhookRegistered
  | WebhookPaused
  | WebhookResumed
  | WebhookDisabled
  | WebhookDeleted
  | WebhookSecretRotated
  | WebhookReplayRequested
  | WebhookRedeliveryRequested;

/** An entity whose events are not sent as far as the others' yet: one is under way, failed, or waits behind such a one. */
export interface Lane {
  /** Stream name. */
  readonly entity: string;
  /** Revision and position of the event to send next. */
  readonly revision: string;
  readonly position: string;
  /** How often sending that event has failed. */
  readonly failures: number;
  /** When it is tried again; `null`: at once. */
  readonly nextAttemptAt: string | null;
  /** That event alone is sent, again, and not what follows it. */
  readonly again: boolean;
}

/** How far a webhook's events were sent. */
export interface SendingProgress {
  /** How many replays were asked for when it was recorded: what an earlier one says of the position is void. */
  readonly replays: number;
  /** Every event up to here was sent, is a dead letter, or belongs to one of the lanes. */
  readonly position: string;
  readonly lanes: readonly Lane[];
}

/** One delivery, in the order of its members: position, event id, milliseconds since 1970, status code, milliseconds it took. */
export type RecordedDelivery = readonly [
  position: string,
  eventId: string,
  at: number,
  statusCode: number,
  latencyMs: number,
];

/** One try that did not deliver. */
export interface RecordedFailure {
  readonly position: string;
  readonly eventId: string;
  readonly entity: string;
  readonly revision: string;
  readonly at: string;
  /** `null`: no whole answer came. */
  readonly statusCode: number | null;
  readonly latencyMs: number;
  /** Why, in a few words. */
  readonly error: string;
  /** When the event is tried again; `null`: never, it is a dead letter. */
  readonly nextAttemptAt: string | null;
}

/**
 * Stream `webhookSender-<id>`, bookkeeping: who sends, how far it came, what became of each try. Every event tells the
 * whole state, so that only the last one has to be read. `holder` names the process that may send.
 */
export type WebhookLeaseTaken = DomainEvent<
  'WebhookLeaseTaken',
  {
    readonly webhookId: string;
    readonly holder: string;
    /** Rises each time. */
    readonly term: number;
    readonly progress: SendingProgress;
  }
>;
/** Also renews the lease, or gives it back. */
export type WebhookCheckpointed = DomainEvent<
  'WebhookCheckpointed',
  {
    readonly webhookId: string;
    readonly holder: string;
    readonly term: number;
    readonly released: boolean;
    readonly progress: SendingProgress;
    /** Since the checkpoint before. One line each: there are as many of them as events. */
    readonly delivered: readonly RecordedDelivery[];
    readonly failed: readonly RecordedFailure[];
  }
>;
export type WebhookSenderEvent = WebhookLeaseTaken | WebhookCheckpointed;

export const webhookEventVersions = {
  WebhookRegistered: 1,
  WebhookPaused: 1,
  WebhookResumed: 1,
  WebhookDisabled: 1,
  WebhookDeleted: 1,
  WebhookSecretRotated: 1,
  WebhookReplayRequested: 1,
  WebhookRedeliveryRequested: 1,
  WebhookLeaseTaken: 1,
  WebhookCheckpointed: 1,
} as const satisfies Record<(WebhookEvent | WebhookSenderEvent)['type'], number>;
