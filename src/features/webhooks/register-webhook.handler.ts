import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { aggregateOf } from '../../domain/event-aggregates.js';
import { BOOKKEEPING_AGGREGATES, isEventType, splitStreamName } from '../../domain/events.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import { webhookDecider } from '../../domain/webhook/webhook.decider.js';
import { newId } from '../../event-store/command-context.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import { EventStore } from '../../event-store/event-store.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { RegisterWebhook, type WebhookTerms, type WebhookWithSecret } from './commands.js';
import { systemResolve } from './sending/target.js';
import { webhookStream } from './streams.js';
import { requireTarget } from './target-rules.js';
import { WebhookBook } from './webhook-book.js';
import { WebhookSecrets } from './webhook-secrets.js';
import { freshView } from './webhook.view.js';

/** Each holds connections and events in memory. */
export const MOST_WEBHOOKS = 100;

/**
 * Nothing is kept for a repeat but what stands in the log anyway: the sealed secret. A repeated request finds its own event
 * there and gets the same answer made from it, so no answer with a secret in clear is ever stored.
 */
@CommandHandler(RegisterWebhook)
export class RegisterWebhookHandler implements ICommandHandler<RegisterWebhook> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly store: EventStore,
    private readonly secrets: WebhookSecrets,
    private readonly book: WebhookBook,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ terms, context }: RegisterWebhook): Promise<WebhookWithSecret> {
    requireCarried(terms);
    const webhookId = newId(context, 'webhook');
    const stream = webhookStream(webhookId);
    // A repeat gets its first answer, wherever the name leads by now.
    const { state: present } = await this.runner.load(webhookDecider, stream);
    if (present === 'unknown')
      await requireTarget(terms.url, this.config.webhooks.allowPrivateTargets, systemResolve);
    const secret = this.secrets.makeSealed(webhookId);
    // No event stands at 0, so of an empty log it means the beginning as well as -1 does, and is a decimal.
    const head = await this.store.head();
    const position = head < 0n ? 0n : head;
    const webhook = { webhookId, ...terms, position: `${position}`, secret };
    const command = { type: 'RegisterWebhook', webhook } as const;
    const decided = await this.runner.run(webhookDecider, stream, command, context, {
      authorize: () => this.requireRoom(),
    });
    if (typeof decided.state === 'string') throw new Error('a webhook was registered and is not there');
    return {
      webhook: freshView(decided.state, decided),
      secret: this.secrets.currentOf(decided.state),
      repeated: decided.unchanged,
    };
  }

  /** Several at once may pass together: the bound is there for memory, which does not mind a few more. */
  private requireRoom(): void {
    if (this.book.count >= MOST_WEBHOOKS)
      throw new DomainError('conflict', 'too-many-webhooks', `There are ${MOST_WEBHOOKS} webhooks already`);
  }
}

/** A filter that can never fit anything would be silently off. */
const requireCarried = ({ types, entity }: WebhookTerms): void => {
  for (const type of types ?? []) {
    if (!isEventType(type))
      throw new DomainError('invalid', 'unknown-event-type', `${type} is not an event type`);
    requireCarriedStream(aggregateOf[type], type);
  }
  if (entity !== null) requireCarriedStream(splitStreamName(entity).aggregate, `an event of ${entity}`);
};

const requireCarriedStream = (aggregate: string, what: string): void => {
  if (aggregate === 'webhook' || BOOKKEEPING_AGGREGATES.includes(aggregate))
    throw new DomainError('invalid', 'event-never-carried', `No webhook ever carries ${what}`);
};
