import type { Decider, Recorded } from '../shared/decider.js';
import { DomainError } from '../shared/domain-error.js';
import type { SealedSecret, WebhookEvent, WebhookRegistered } from './webhook.events.js';

/** How long a replaced secret signs beside its successor. */
export const OVERLAP_MS = 86_400_000;
/** Secrets that sign at the same time, at most. */
export const MOST_SECRETS = 5;

type Terms = Omit<WebhookRegistered['data'], 'position' | 'secret'>;

export interface ActiveSecret extends SealedSecret {
  /** When it stops signing: RFC 3339, UTC, milliseconds, `Z`; `null`: the current one. */
  readonly until: string | null;
}

export interface Webhook extends Terms {
  readonly status: 'active' | 'paused' | 'disabled';
  readonly disabledReason: string | null;
  readonly createdAt: string;
  /** Where sending began, or begins anew since the last replay. */
  readonly startsAfter: string;
  readonly replays: number;
  /** The current one first; may hold some whose time is over. */
  readonly secrets: readonly ActiveSecret[];
}

export type WebhookState = Webhook | 'unknown' | 'deleted';

export type WebhookCommand =
  | { readonly type: 'RegisterWebhook'; readonly webhook: WebhookRegistered['data'] }
  | { readonly type: 'PauseWebhook' }
  | { readonly type: 'ResumeWebhook' }
  | { readonly type: 'DisableWebhook'; readonly reason: string }
  | { readonly type: 'DeleteWebhook' }
  | { readonly type: 'RotateSecret'; readonly now: string; readonly secret: SealedSecret }
  | { readonly type: 'ReplayWebhook'; readonly after: bigint }
  | {
      readonly type: 'RedeliverEvents';
      readonly from: bigint;
      readonly to: bigint;
      readonly delivered: boolean;
    };

export const webhookNotFound = (): DomainError =>
  new DomainError('not-found', 'webhook-not-found', 'There is no such webhook');

/** The secrets that sign at `now`, the current one first. */
export const signingSecrets = ({ secrets }: Webhook, now: string): readonly ActiveSecret[] =>
  secrets.filter(({ until }) => until === null || now < until);

export const webhookDecider: Decider<WebhookState, WebhookCommand, WebhookEvent> = {
  name: 'webhook',
  initialState: 'unknown',

  decide(command, state) {
    if (command.type === 'RegisterWebhook') return register(command.webhook, state);
    if (typeof state === 'string') throw webhookNotFound();
    const { webhookId, status } = state;
    switch (command.type) {
      case 'PauseWebhook':
        if (status === 'disabled') throw disabled();
        return status === 'paused' ? [] : [{ type: 'WebhookPaused', data: { webhookId } }];
      case 'ResumeWebhook':
        return status === 'active' ? [] : [{ type: 'WebhookResumed', data: { webhookId } }];
      case 'DisableWebhook': {
        const { reason } = command;
        return status === 'active' ? [{ type: 'WebhookDisabled', data: { webhookId, reason } }] : [];
      }
      case 'DeleteWebhook':
        return [{ type: 'WebhookDeleted', data: { webhookId } }];
      case 'RotateSecret':
        return rotate(command, state);
      case 'ReplayWebhook':
        return [{ type: 'WebhookReplayRequested', data: { webhookId, after: `${command.after}` } }];
      case 'RedeliverEvents': {
        const { from, to, delivered } = command;
        const data = { webhookId, from: `${from}`, to: `${to}`, delivered };
        return [{ type: 'WebhookRedeliveryRequested', data }];
      }
    }
  },

  evolve(state, event: Recorded<WebhookEvent>) {
    if (event.type === 'WebhookRegistered') return registered(event.data, event.occurredAt);
    if (typeof state === 'string') return state;
    switch (event.type) {
      case 'WebhookPaused':
        return { ...state, status: 'paused' };
      case 'WebhookResumed':
        return { ...state, status: 'active', disabledReason: null };
      case 'WebhookDisabled':
        return { ...state, status: 'disabled', disabledReason: event.data.reason };
      case 'WebhookDeleted':
        return 'deleted';
      case 'WebhookSecretRotated':
        return { ...state, secrets: rotated(state, event) };
      case 'WebhookReplayRequested':
        return { ...state, startsAfter: event.data.after, replays: state.replays + 1 };
      case 'WebhookRedeliveryRequested':
        return state;
    }
  },
};

const register = (webhook: WebhookRegistered['data'], state: WebhookState): readonly WebhookEvent[] => {
  if (state !== 'unknown')
    throw new DomainError('conflict', 'webhook-exists', 'There is a webhook with this id');
  return [{ type: 'WebhookRegistered', data: webhook }];
};

const registered = ({ position, secret, ...terms }: WebhookRegistered['data'], at: string): Webhook => ({
  ...terms,
  status: 'active',
  disabledReason: null,
  createdAt: at,
  startsAfter: position,
  replays: 0,
  secrets: [{ ...secret, until: null }],
});

/** More than a few signatures make a header that receivers refuse, so who rotates all the time is told to wait. */
const rotate = (
  { now, secret }: Extract<WebhookCommand, { type: 'RotateSecret' }>,
  webhook: Webhook,
): readonly WebhookEvent[] => {
  if (signingSecrets(webhook, now).length >= MOST_SECRETS)
    throw new DomainError(
      'conflict',
      'too-many-secrets',
      `${MOST_SECRETS} secrets sign already: wait until one that was replaced has stopped after its 24 hours`,
    );
  const replacedUntil = new Date(Date.parse(now) + OVERLAP_MS).toISOString();
  return [{ type: 'WebhookSecretRotated', data: { webhookId: webhook.webhookId, secret, replacedUntil } }];
};

const rotated = (
  webhook: Webhook,
  {
    data: { secret, replacedUntil },
    occurredAt,
  }: Recorded<Extract<WebhookEvent, { type: 'WebhookSecretRotated' }>>,
): readonly ActiveSecret[] => [
  { ...secret, until: null },
  ...signingSecrets(webhook, occurredAt).map((old) => ({ ...old, until: old.until ?? replacedUntil })),
];

const disabled = (): DomainError =>
  new DomainError(
    'conflict',
    'webhook-disabled',
    'The webhook is disabled already; it sends nothing until it is resumed',
  );
