import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ReadModels } from '../../projections/projection.js';
import { DeliveryBook } from './delivery-book.js';
import {
  GetWebhook,
  ListDeliveries,
  ListWebhooks,
  MeasureWebhooks,
  type WebhookGauges,
  type WebhookPage,
} from './queries.js';
import { WebhookBook } from './webhook-book.js';
import type { DeliveryView, WebhookView } from './webhook.view.js';
import { webhooksProjection } from './webhooks.projection.js';

@QueryHandler(GetWebhook)
export class GetWebhookHandler implements IQueryHandler<GetWebhook> {
  constructor(private readonly book: WebhookBook) {}

  async execute({ webhookId }: GetWebhook): Promise<WebhookView> {
    return this.book.find(webhookId);
  }
}

@QueryHandler(ListWebhooks)
export class ListWebhooksHandler implements IQueryHandler<ListWebhooks> {
  constructor(
    private readonly book: WebhookBook,
    private readonly readModels: ReadModels,
  ) {}

  async execute({ page: { limit, from } }: ListWebhooks): Promise<WebhookPage<WebhookView>> {
    const upTo = from?.upTo ?? this.readModels.positionOf(webhooksProjection.name);
    const found = this.book.registered(from?.after ?? -1n, upTo, limit + 1);
    const last = found[limit - 1];
    const next = found.length > limit && last !== undefined ? { after: last.at, upTo } : null;
    return { items: found.slice(0, limit).map(({ webhook }) => webhook), next };
  }
}

@QueryHandler(ListDeliveries)
export class ListDeliveriesHandler implements IQueryHandler<ListDeliveries> {
  constructor(
    private readonly book: WebhookBook,
    private readonly deliveries: DeliveryBook,
    private readonly readModels: ReadModels,
  ) {}

  async execute({ webhookId, status, page }: ListDeliveries): Promise<WebhookPage<DeliveryView>> {
    this.book.find(webhookId);
    const { limit, from } = page;
    const upTo = from?.upTo ?? this.readModels.positionOf(webhooksProjection.name);
    const found = this.deliveries.list(webhookId, status, { upTo, before: from?.after ?? null }, limit + 1);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const next = found.length > limit && last !== undefined ? { after: last.position, upTo } : null;
    return { items, next };
  }
}

@QueryHandler(MeasureWebhooks)
export class MeasureWebhooksHandler implements IQueryHandler<MeasureWebhooks> {
  constructor(private readonly book: WebhookBook) {}

  async execute(): Promise<readonly WebhookGauges[]> {
    return this.book.gauges();
  }
}
