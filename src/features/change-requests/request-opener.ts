import { Injectable } from '@nestjs/common';
import { changeRequestDecider } from '../../domain/change-request/change-request.decider.js';
import { isOpen, isOpened } from '../../domain/change-request/change-request.state.js';
import type { OpenRequest } from '../../domain/change-request/opening.js';
import { openingOvertaken, requestIsOpen } from '../../domain/change-request/refusals.js';
import { reservationDecider } from '../../domain/change-request/reservation.decider.js';
import type { CommandContext } from '../../event-store/command-context.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import { KeyedQueue } from '../../event-store/keyed-queue.js';
import { RequestWriter, type WrittenRequest } from './request-writer.js';
import { changeRequestStream, reservationStream } from './streams.js';

/**
 * First the place of the open request of an entity and action is claimed, then the request opened: two appends to two
 * streams. What is left of an opening that stopped between them is finished by a repeat with the same id, and taken over
 * by any other request, which bars it first, so that a slow one can't come true afterwards.
 */
@Injectable()
export class RequestOpener {
  /** Openings of one entity and action wait for each other here, so that only those of other replicas bar each other. */
  private readonly places = new KeyedQueue();

  constructor(
    private readonly runner: DeciderRunner,
    private readonly writer: RequestWriter,
  ) {}

  open(facts: Omit<OpenRequest, 'type'>, context: CommandContext): Promise<WrittenRequest> {
    const { entityId, action } = facts;
    return this.places.run(reservationStream(entityId, action), async () => {
      await this.claim(facts, context);
      return this.writer.open({ type: 'OpenRequest', ...facts }, context);
    });
  }

  private async claim(
    { entityId, action, changeRequestId }: Omit<OpenRequest, 'type'>,
    context: CommandContext,
  ): Promise<void> {
    const place = reservationStream(entityId, action);
    const claim = { type: 'ReserveOpenRequest', entityId, action, changeRequestId } as const;
    const first = { ...claim, closedHolder: null };
    if ((await this.runner.create(reservationDecider, place, first, context)) !== undefined) return;
    const { holder } = (await this.runner.load(reservationDecider, place)).state;
    if (holder === changeRequestId) return;
    if (holder !== null) {
      await this.refuseIfOvertaken(changeRequestId);
      await this.bar(holder, { entityId, action }, context);
    }
    await this.runner.run(reservationDecider, place, { ...claim, closedHolder: holder }, context);
  }

  /** A repeat of an opening whose claim was taken over must not in turn bar the one that did. */
  private async refuseIfOvertaken(changeRequestId: string): Promise<void> {
    const { state } = await this.runner.load(changeRequestDecider, changeRequestStream(changeRequestId));
    if (state.phase === 'abandoned') throw openingOvertaken();
  }

  /** @throws DomainError when the holder is open: the place is taken */
  private async bar(
    holder: string,
    { entityId, action }: Pick<OpenRequest, 'entityId' | 'action'>,
    context: CommandContext,
  ): Promise<void> {
    const stream = changeRequestStream(holder);
    const { state } = await this.runner.load(changeRequestDecider, stream);
    if (isOpened(state)) {
      if (isOpen(state)) throw requestIsOpen(holder);
      return;
    }
    const command = { type: 'AbandonOpening', changeRequestId: holder, entityId, action } as const;
    await this.runner.run(changeRequestDecider, stream, command, context);
  }
}
