import type { Decider } from '../shared/decider.js';
import { DomainError } from '../shared/domain-error.js';
import type { ConsumerEvent } from './consumer.events.js';

export type ConsumerCommand =
  /** `position` is decimal and not beyond the end of the log; it may lie before the one that is stored. */
  | { readonly type: 'StoreConsumerPosition'; readonly name: string; readonly position: string }
  | { readonly type: 'RemoveConsumer'; readonly name: string };

/** `null` while nothing is stored, before the first position and after the removal. */
export type Consumer = { readonly position: string; readonly updatedAt: string } | null;

export const consumerNotFound = (name: string): DomainError =>
  new DomainError('not-found', 'consumer-not-found', `There is no consumer '${name}'`);

export const consumerDecider: Decider<Consumer, ConsumerCommand, ConsumerEvent> = {
  name: 'consumer',
  initialState: null,

  decide(command, consumer) {
    const { name } = command;
    switch (command.type) {
      case 'StoreConsumerPosition': {
        const { position: after } = command;
        const before = consumer?.position ?? null;
        return before === after ? [] : [{ type: 'ConsumerPositionStored', data: { name, before, after } }];
      }
      case 'RemoveConsumer':
        if (consumer === null) throw consumerNotFound(name);
        return [{ type: 'ConsumerRemoved', data: { name, position: consumer.position } }];
    }
  },

  evolve(_consumer, event) {
    switch (event.type) {
      case 'ConsumerPositionStored':
        return { position: event.data.after, updatedAt: event.occurredAt };
      case 'ConsumerRemoved':
        return null;
    }
  },
};
