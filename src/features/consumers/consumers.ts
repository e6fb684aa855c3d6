import { Injectable } from '@nestjs/common';
import { consumerNotFound } from '../../domain/consumer/consumer.decider.js';
import { ReadModels } from '../../projections/projection.js';
import { HistoryEnd } from '../audit/index.js';
import type { ConsumerRow, ConsumerView } from './consumer.view.js';
import { consumersProjection } from './consumers.projection.js';
import type { ConsumerPage, ListConsumers } from './queries.js';

/** Consumers as the read model has them, and how far behind they are. */
@Injectable()
export class Consumers {
  constructor(
    private readonly readModels: ReadModels,
    private readonly end: HistoryEnd,
  ) {}

  get count(): number {
    return this.readModels.get<{ count: number }>('SELECT count(*) AS count FROM consumers')?.count ?? 0;
  }

  /** @throws DomainError `consumer-not-found` */
  find(name: string): ConsumerView {
    const row = this.readModels.get<ConsumerRow>('SELECT * FROM consumers WHERE name = ?', name);
    if (row === undefined) throw consumerNotFound(name);
    return this.view(row);
  }

  page({ limit, from }: ListConsumers['page']): ConsumerPage {
    const upTo = from?.upTo ?? this.readModels.positionOf(consumersProjection.name);
    const rows = this.readModels.all<ConsumerRow>(
      `SELECT * FROM consumers WHERE registered_at_position > ? AND registered_at_position <= ?
       ORDER BY registered_at_position LIMIT ?`,
      Number(from?.after ?? -1n),
      Number(upTo),
      limit + 1,
    );
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const next = rows.length > limit && last ? { after: BigInt(last.registered_at_position), upTo } : null;
    return { items: shown.map((row) => this.view(row)), next };
  }

  /** Of every consumer. */
  lags(): readonly { readonly name: string; readonly lag: bigint }[] {
    const rows = this.readModels.all<Pick<ConsumerRow, 'name' | 'position'>>(
      'SELECT name, position FROM consumers ORDER BY name',
    );
    return rows.map(({ name, position }) => ({ name, lag: this.lagOf(BigInt(position)) }));
  }

  lagOf(position: bigint): bigint {
    return this.end.distanceFrom(position);
  }

  private view({ name, position, updated_at, revision }: ConsumerRow): ConsumerView {
    const at = BigInt(position);
    return { name, position: at, lag: this.lagOf(at), updatedAt: updated_at, revision: BigInt(revision) };
  }
}
