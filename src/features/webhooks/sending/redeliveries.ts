import { Injectable } from '@nestjs/common';
import { BEFORE_ALL, EventStore, type RecordedEvent } from '../../../event-store/event-store.js';
import { ReadModels } from '../../../projections/projection.js';
import { webhooksProjection } from '../webhooks.projection.js';

export interface WantedRow {
  readonly event_id: string;
  readonly position: number;
  readonly entity: string | null;
  readonly revision: number | null;
}

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
    isKnown: (event: RecordedEvent) => boolean,
  ): Promise<readonly RecordedEvent[]> {
    if (!this.isCurrent(recordedAt)) return [];
    const rows = this.readModels.all<WantedRow>(
      `SELECT event_id, position, entity, revision FROM webhook_deliveries
       WHERE webhook_id = ? AND wanted_again = 1 ORDER BY position LIMIT ?`,
      webhookId,
      // Those that are known are at work, a few of the oldest at most.
      limit * 2,
    );
    const found: RecordedEvent[] = [];
    for (const row of rows) {
      if (found.length === limit) break;
      const event = await this.find(row);
      if (event !== undefined && !isKnown(event)) found.push(event);
    }
    return found;
  }

  /** `undefined`: it is not there, because the log was copied from another one, where its position was another. */
  async find({ event_id, position, entity, revision }: WantedRow): Promise<RecordedEvent | undefined> {
    const event =
      entity === null || revision === null
        ? await this.eventAt(BigInt(position))
        : await firstOf(this.store.readStream(entity, { from: BigInt(revision), limit: 1 }));
    return event?.id === event_id ? event : undefined;
  }

  private isCurrent(position: bigint): boolean {
    const { name } = webhooksProjection;
    return this.readModels.trustworthy(name) && this.readModels.positionOf(name) >= position;
  }

  /** Read from the event before it, since logs are read from where an event begins. */
  private async eventAt(position: bigint): Promise<RecordedEvent | undefined> {
    const backwards = { after: position, direction: 'backwards', limit: 1 } as const;
    const after = (await firstOf(this.store.readAll(backwards)))?.position ?? BEFORE_ALL;
    return firstOf(this.store.readAll({ after, limit: 1 }));
  }
}

const firstOf = async <Item>(items: AsyncIterable<Item>): Promise<Item | undefined> => {
  for await (const item of items) return item;
  return undefined;
};
