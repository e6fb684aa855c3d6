import { Injectable } from '@nestjs/common';
import { EventStore, type RecordedEvent } from '../../../event-store/event-store.js';
import { ReadModels } from '../../../projections/projection.js';
import { webhooksProjection } from '../webhooks.projection.js';

/** Events that somebody asked to have sent once more. The read model knows them; each goes away when its outcome is there. */
@Injectable()
export class Redeliveries {
  constructor(
    private readonly readModels: ReadModels,
    private readonly store: EventStore,
  ) {}

  waiting(webhookId: string): boolean {
    const sql = 'SELECT 1 FROM webhook_deliveries WHERE webhook_id = ? AND wanted_again = 1 LIMIT 1';
    return this.isCurrent(-1n) && this.readModels.get(sql, webhookId) !== undefined;
  }

  /**
   * The oldest ones, at most `limit` and none that `isKnown`.
   * @param recordedAt before the read model has seen what was recorded there, it would name them once more
   */
  async next(
    webhookId: string,
    limit: number,
    recordedAt: bigint,
    isKnown: (position: bigint) => boolean,
  ): Promise<readonly RecordedEvent[]> {
    if (!this.isCurrent(recordedAt)) return [];
    const rows = this.readModels.all<{ position: number }>(
      'SELECT position FROM webhook_deliveries WHERE webhook_id = ? AND wanted_again = 1 ORDER BY position LIMIT ?',
      webhookId,
      // Those that are known are at work, a few of the oldest at most.
      limit * 2,
    );
    const found: RecordedEvent[] = [];
    for (const { position } of rows) {
      if (found.length === limit || isKnown(BigInt(position))) continue;
      const event = await this.eventAt(BigInt(position));
      if (event !== undefined) found.push(event);
    }
    return found;
  }

  private isCurrent(position: bigint): boolean {
    const { name } = webhooksProjection;
    return this.readModels.trustworthy(name) && this.readModels.positionOf(name) >= position;
  }

  /** Read from the event before it, since logs are read from where an event begins. */
  private async eventAt(position: bigint): Promise<RecordedEvent | undefined> {
    let after = -1n;
    for await (const event of this.store.readAll({ after: position, direction: 'backwards', limit: 1 }))
      after = event.position;
    for await (const event of this.store.readAll({ after, limit: 1 }))
      return event.position === position ? event : undefined;
    return undefined;
  }
}
