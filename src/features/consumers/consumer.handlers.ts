import { CommandHandler, QueryHandler, type ICommandHandler, type IQueryHandler } from '@nestjs/cqrs';
import { consumerDecider, consumerNotFound } from '../../domain/consumer/consumer.decider.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import { EventStore } from '../../event-store/event-store.js';
import { requireWithinLog } from '../feed/index.js';
import { RemoveConsumer, StoreConsumerPosition, type StoredConsumer } from './commands.js';
import type { ConsumerView } from './consumer.view.js';
import { Consumers } from './consumers.js';
import { GetConsumer, ListConsumers, type ConsumerPage } from './queries.js';
import { consumerStream } from './streams.js';

/** Each is a series in the metrics. Those who race for the last place may pass it by a few. */
export const MAX_CONSUMERS = 1_000;

@CommandHandler(StoreConsumerPosition)
export class StoreConsumerPositionHandler implements ICommandHandler<StoreConsumerPosition> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly store: EventStore,
    private readonly consumers: Consumers,
  ) {}

  async execute({ name, position: at, context }: StoreConsumerPosition): Promise<StoredConsumer> {
    const stream = consumerStream(name);
    await requireWithinLog(this.store, at);
    const command = { type: 'StoreConsumerPosition', name, position: at.toString() } as const;
    const { state, revision, position } = await this.runner.run(consumerDecider, stream, command, context, {
      authorize: (consumer) => {
        if (consumer === null && this.consumers.count >= MAX_CONSUMERS)
          throw new DomainError(
            'conflict',
            'too-many-consumers',
            `There are ${MAX_CONSUMERS} consumers already`,
          );
      },
    });
    if (state === null) throw new Error(`${stream} holds no position although one was stored`);
    const stored = BigInt(state.position);
    const lag = this.consumers.lagOf(stored);
    return { consumer: { name, position: stored, lag, updatedAt: state.updatedAt, revision }, position };
  }
}

@CommandHandler(RemoveConsumer)
export class RemoveConsumerHandler implements ICommandHandler<RemoveConsumer> {
  constructor(private readonly runner: DeciderRunner) {}

  async execute({ name, context }: RemoveConsumer): Promise<{ readonly position: bigint }> {
    const stream = consumerStream(name);
    const command = { type: 'RemoveConsumer', name } as const;
    const { position } = await this.runner.run(consumerDecider, stream, command, context, {
      authorize: (consumer) => {
        if (consumer === null) throw consumerNotFound(name);
      },
    });
    return { position };
  }
}

@QueryHandler(GetConsumer)
export class GetConsumerHandler implements IQueryHandler<GetConsumer> {
  constructor(private readonly consumers: Consumers) {}

  async execute({ name }: GetConsumer): Promise<ConsumerView> {
    return this.consumers.find(name);
  }
}

@QueryHandler(ListConsumers)
export class ListConsumersHandler implements IQueryHandler<ListConsumers> {
  constructor(private readonly consumers: Consumers) {}

  async execute({ page }: ListConsumers): Promise<ConsumerPage> {
    return this.consumers.page(page);
  }
}
