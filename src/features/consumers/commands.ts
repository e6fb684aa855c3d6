import { Command } from '@nestjs/cqrs';
import type { CommandContext } from '../../event-store/command-context.js';
import type { ConsumerView } from './consumer.view.js';

export interface StoredConsumer {
  readonly consumer: ConsumerView;
  /** Of the consumer's last event. */
  readonly position: bigint;
}

/** Back or forth. Refused with `position-beyond-end`, `too-many-consumers`. */
export class StoreConsumerPosition extends Command<StoredConsumer> {
  constructor(
    readonly name: string,
    readonly position: bigint,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Refused with `consumer-not-found`. */
export class RemoveConsumer extends Command<{ readonly position: bigint }> {
  constructor(
    readonly name: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}
