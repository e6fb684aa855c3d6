import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError } from '../../domain/shared/domain-error.js';
import {
  webhookDecider,
  webhookNotFound,
  type WebhookCommand,
} from '../../domain/webhook/webhook.decider.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import { EventStore } from '../../event-store/event-store.js';
import {
  ChangeWebhook,
  RotateWebhookSecret,
  type WebhookChange,
  type WebhookWithSecret,
} from './commands.js';
import { requireWithinLog } from '../feed/index.js';
import { DeliveryBook } from './delivery-book.js';
import { WebhookSenders } from './sending/webhook-senders.js';
import { webhookStream } from './streams.js';
import { WebhookBook } from './webhook-book.js';
import { WebhookSecrets } from './webhook-secrets.js';
import { freshView, type WebhookView } from './webhook.view.js';

@CommandHandler(RotateWebhookSecret)
export class RotateWebhookSecretHandler implements ICommandHandler<RotateWebhookSecret> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly secrets: WebhookSecrets,
  ) {}

  /** As with the registration, a repeat is answered from the log. */
  async execute({ webhookId, context }: RotateWebhookSecret): Promise<WebhookWithSecret> {
    const stream = webhookStream(webhookId);
    const { state: present } = await this.runner.load(webhookDecider, stream);
    if (present === 'unknown') throw webhookNotFound();
    const { now } = context;
    const command = { type: 'RotateSecret', now, secret: this.secrets.makeSealed(webhookId) } as const;
    const decided = await this.runner.run(webhookDecider, stream, command, context);
    if (typeof decided.state === 'string') throw webhookNotFound();
    return {
      webhook: freshView(decided.state, decided),
      secret: this.secrets.currentOf(decided.state),
      repeated: decided.unchanged,
    };
  }
}

@CommandHandler(ChangeWebhook)
export class ChangeWebhookHandler implements ICommandHandler<ChangeWebhook> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly store: EventStore,
    private readonly book: WebhookBook,
    private readonly deliveries: DeliveryBook,
    private readonly senders: WebhookSenders,
  ) {}

  async execute({ webhookId, change, context }: ChangeWebhook): Promise<WebhookView> {
    const before = this.book.find(webhookId);
    const command = await this.commandOf(webhookId, change);
    const { state, ...at } = await this.runner.run(
      webhookDecider,
      webhookStream(webhookId),
      command,
      context,
    );
    // A deleted one answers nothing but where that stands.
    if (typeof state === 'string') return { ...before, ...at };
    const view = freshView(state, at);
    const sentUpTo = change.type === 'ReplayWebhook' ? view.sentUpTo : before.sentUpTo;
    return { ...view, sentUpTo, lag: this.book.lagOf(sentUpTo) };
  }

  private async commandOf(webhookId: string, change: WebhookChange): Promise<WebhookCommand> {
    switch (change.type) {
      case 'ReplayWebhook':
        await requireWithinLog(this.store, change.after);
        return change;
      case 'RedeliverRange': {
        const { from, to } = change;
        if (from > to)
          throw new DomainError('invalid', 'range-malformed', 'A range begins with its lower position');
        await this.senders.recordNow(webhookId);
        return { type: 'RedeliverEvents', from, to, delivered: false };
      }
      case 'RedeliverOne': {
        const position = this.deliveries.settledAt(webhookId, change.eventId);
        // What is to be sent again is named by what is recorded.
        await this.senders.recordNow(webhookId);
        return { type: 'RedeliverEvents', from: position, to: position, delivered: true };
      }
      default:
        return change;
    }
  }
}
