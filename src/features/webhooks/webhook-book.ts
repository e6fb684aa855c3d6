import { Injectable } from '@nestjs/common';
import { webhookNotFound } from '../../domain/webhook/webhook.decider.js';
import { ReadModels } from '../../projections/projection.js';
import { HistoryEnd } from '../audit/index.js';
import { WebhookSenders } from './sending/webhook-senders.js';
import type { WebhookGauges } from './queries.js';
import type { WebhookRow, WebhookView } from './webhook.view.js';

/** Webhooks as the read model knows them, and where it knows less, as those do who send. */
@Injectable()
export class WebhookBook {
  constructor(
    private readonly readModels: ReadModels,
    private readonly senders: WebhookSenders,
    private readonly end: HistoryEnd,
  ) {}

  /** @throws DomainError `webhook-not-found` */
  find(webhookId: string): WebhookView {
    // SQLite may end a text at its first NUL; nothing is stored under an id that has one.
    const row = webhookId.includes('\0')
      ? undefined
      : this.readModels.get<WebhookRow>('SELECT * FROM webhooks WHERE webhook_id = ?', webhookId);
    if (row === undefined) throw webhookNotFound();
    return this.view(row);
  }

  registered(after: bigint, upTo: bigint, limit: number): readonly { at: bigint; webhook: WebhookView }[] {
    const rows = this.readModels.all<WebhookRow>(
      `SELECT * FROM webhooks WHERE registered_at_position > ? AND registered_at_position <= ?
       ORDER BY registered_at_position LIMIT ?`,
      Number(after),
      Number(upTo),
      limit,
    );
    return rows.map((row) => ({ at: BigInt(row.registered_at_position), webhook: this.view(row) }));
  }

  get count(): number {
    return this.readModels.get<{ n: number }>('SELECT count(*) AS n FROM webhooks')?.n ?? 0;
  }

  gauges(): readonly WebhookGauges[] {
    const rows = this.readModels.all<WebhookRow & { dead: number }>(
      `SELECT *, (SELECT count(*) FROM webhook_deliveries d
                  WHERE d.webhook_id = webhooks.webhook_id AND d.status = 'dead') AS dead FROM webhooks`,
    );
    return rows.map((row) => ({
      webhook: row.webhook_id,
      lag: this.view(row).lag,
      deadLetters: row.dead,
    }));
  }

  lagOf(sentUpTo: bigint): bigint {
    return this.end.distanceFrom(sentUpTo);
  }

  private view(row: WebhookRow): WebhookView {
    const sentUpTo = this.senders.position(row.webhook_id, row.replays) ?? BigInt(row.position);
    return {
      webhookId: row.webhook_id,
      url: row.url,
      types: row.types === null ? null : (JSON.parse(row.types) as string[]),
      entity: row.entity,
      actor: row.actor,
      description: row.description,
      status: row.status,
      disabledReason: row.disabled_reason,
      createdAt: row.created_at,
      sentUpTo,
      lag: this.lagOf(sentUpTo),
      revision: BigInt(row.revision),
      position: BigInt(row.changed_at_position),
    };
  }
}
