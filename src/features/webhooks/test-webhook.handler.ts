import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { randomUUID } from 'node:crypto';
import { webhookDecider, webhookNotFound } from '../../domain/webhook/webhook.decider.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { eventSource } from '../feed/index.js';
import { TestWebhook } from './commands.js';
import { Receiver } from './sending/receiver.js';
import { Signer } from './sending/subscription.js';
import { SecretBox } from './signing/secret-box.js';
import { webhookStream } from './streams.js';
import type { DeliveryAttempt } from './webhook.view.js';

/** Sends at once, past everything that waits, and changes nothing: not even 410 disables. */
@CommandHandler(TestWebhook)
export class TestWebhookHandler implements ICommandHandler<TestWebhook> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly box: SecretBox,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({
    webhookId,
  }: TestWebhook): Promise<{ readonly eventId: string; readonly attempt: DeliveryAttempt }> {
    const stream = webhookStream(webhookId);
    const { state: webhook } = await this.runner.load(webhookDecider, stream);
    if (typeof webhook === 'string') throw webhookNotFound();
    const { allowPrivateTargets: allowPrivate, timeoutSeconds } = this.config.webhooks;
    const now = this.clock.now();
    const eventId = randomUUID();
    const body = JSON.stringify({
      specversion: '1.0',
      id: eventId,
      source: eventSource(this.config),
      type: 'countersign.webhook.WebhookTested',
      subject: stream,
      time: now.toISOString(),
      datacontenttype: 'application/json',
      partitionkey: stream,
      data: { webhookId },
    });
    const headers = new Signer(webhook, this.box, now).headers(eventId, body, now);
    const receiver = new Receiver({
      url: webhook.url,
      allowPrivate,
      timeoutMs: timeoutSeconds * 1_000,
      connections: 1,
    });
    try {
      const answer = await receiver.post(body, headers, new AbortController().signal);
      const { statusCode, latencyMs, body: text, error } = answer;
      return { eventId, attempt: { at: now.toISOString(), statusCode, latencyMs, answer: text, error } };
    } finally {
      receiver.close();
    }
  }
}
