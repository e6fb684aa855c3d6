import { describe, expect, it } from '@jest/globals';
import { deciderSpec, GIVEN_AT } from '../../../test/support/decider-spec.js';
import { MOST_SECRETS, signingSecrets, webhookDecider, type WebhookState } from './webhook.decider.js';
import type { SealedSecret, WebhookEvent } from './webhook.events.js';

const given = deciderSpec(webhookDecider);
const webhookId = 'w-1';
const secret = (name: string): SealedSecret => ({ keyId: 'k', nonce: 'n', sealed: name });
const registered = {
  type: 'WebhookRegistered',
  data: {
    webhookId,
    url: 'https://hooks.example.com/',
    types: null,
    entity: null,
    actor: null,
    description: null,
    position: '7',
    secret: secret('first'),
  },
} as const satisfies WebhookEvent;
const paused = { type: 'WebhookPaused', data: { webhookId } } as const;
const resumed = { type: 'WebhookResumed', data: { webhookId } } as const;
const disabled = { type: 'WebhookDisabled', data: { webhookId, reason: 'gone' } } as const;
const deleted = { type: 'WebhookDeleted', data: { webhookId } } as const;
const hoursLater = (hours: number): string =>
  new Date(Date.parse(GIVEN_AT) + hours * 3_600_000).toISOString();
const rotated = (name: string, hours: number) =>
  ({
    type: 'WebhookSecretRotated',
    data: { webhookId, secret: secret(name), replacedUntil: hoursLater(hours + 24) },
    occurredAt: hoursLater(hours),
  }) as const;

const known = (state: WebhookState) => {
  if (typeof state === 'string') throw new Error(`the webhook is ${state}`);
  return state;
};

describe('a webhook', () => {
  it('is registered once', () => {
    given().when({ type: 'RegisterWebhook', webhook: registered.data }).then(registered);
    given(registered)
      .when({ type: 'RegisterWebhook', webhook: registered.data })
      .thenRejects('webhook-exists');
  });

  it.each([
    { type: 'PauseWebhook' },
    { type: 'ResumeWebhook' },
    { type: 'DisableWebhook', reason: 'gone' },
    { type: 'DeleteWebhook' },
    { type: 'RotateSecret', now: GIVEN_AT, secret: secret('x') },
    { type: 'ReplayWebhook', after: 0n },
    { type: 'RedeliverEvents', from: 0n, to: 1n, delivered: false },
  ] as const)('must be there, and not deleted, for $type', (command) => {
    given().when(command).thenRejects('webhook-not-found');
    given(registered, deleted).when(command).thenRejects('webhook-not-found');
  });

  it('is paused and resumed', () => {
    given(registered).when({ type: 'PauseWebhook' }).then(paused);
    given(registered, paused).when({ type: 'PauseWebhook' }).thenNothing();
    given(registered, paused).when({ type: 'ResumeWebhook' }).then(resumed);
    given(registered).when({ type: 'ResumeWebhook' }).thenNothing();
  });

  it('is disabled while it is active, and resumed from that too', () => {
    given(registered).when({ type: 'DisableWebhook', reason: 'gone' }).then(disabled);
    given(registered, disabled).when({ type: 'DisableWebhook', reason: 'again' }).thenNothing();
    given(registered, paused).when({ type: 'DisableWebhook', reason: 'gone' }).thenNothing();
    given(registered, disabled).when({ type: 'PauseWebhook' }).thenRejects('webhook-disabled');
    given(registered, disabled).when({ type: 'ResumeWebhook' }).then(resumed);
    expect(known(given(registered, disabled).state())).toMatchObject({
      status: 'disabled',
      disabledReason: 'gone',
    });
    expect(known(given(registered, disabled, resumed).state())).toMatchObject({ disabledReason: null });
  });

  it('signs with a replaced secret for a day more, counted from its own replacement', () => {
    const webhook = known(given(registered, rotated('second', 0), rotated('third', 20)).state());
    const signing = (hours: number) => signingSecrets(webhook, hoursLater(hours)).map(({ sealed }) => sealed);
    expect(signing(20)).toEqual(['third', 'second', 'first']);
    expect(signing(24)).toEqual(['third', 'second']);
    expect(signing(43.9)).toEqual(['third', 'second']);
    expect(signing(44)).toEqual(['third']);
  });

  it('does not take more secrets than a header should hold, until one has run out', () => {
    const many = Array.from({ length: MOST_SECRETS - 1 }, (_, i) => rotated(`s${i}`, i));
    const rotate = (hours: number) =>
      ({ type: 'RotateSecret', now: hoursLater(hours), secret: secret('new') }) as const;
    given(registered, ...many)
      .when(rotate(5))
      .thenRejects('too-many-secrets');
    given(registered, ...many)
      .when(rotate(24))
      .then({
        type: 'WebhookSecretRotated',
        data: { webhookId, secret: secret('new'), replacedUntil: hoursLater(48) },
      });
  });

  it('begins anew from where a replay wants it', () => {
    const replay = { type: 'WebhookReplayRequested', data: { webhookId, after: '3' } } as const;
    given(registered).when({ type: 'ReplayWebhook', after: 3n }).then(replay);
    expect(known(given(registered, replay, replay).state())).toMatchObject({ startsAfter: '3', replays: 2 });
  });
});
