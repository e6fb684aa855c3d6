import { Query } from '@nestjs/cqrs';
import type { DeliveryStatus, DeliveryView, WebhookView } from './webhook.view.js';

/** Both are log positions: the last item handed out, and the end that the first page fixed. */
export interface WebhookPageMark {
  readonly after: bigint;
  readonly upTo: bigint;
}

export interface WebhookPage<Item> {
  readonly items: readonly Item[];
  /** `null`: that was the last page. */
  readonly next: WebhookPageMark | null;
}

interface PageRequest {
  readonly limit: number;
  readonly from: WebhookPageMark | null;
}

/** Refused with `webhook-not-found`. */
export class GetWebhook extends Query<WebhookView> {
  constructor(readonly webhookId: string) {
    super();
  }
}

/** In the order in which they were registered. */
export class ListWebhooks extends Query<WebhookPage<WebhookView>> {
  constructor(readonly page: PageRequest) {
    super();
  }
}

/** The latest events first. Refused with `webhook-not-found`. */
export class ListDeliveries extends Query<WebhookPage<DeliveryView>> {
  constructor(
    readonly webhookId: string,
    readonly status: DeliveryStatus | null,
    readonly page: PageRequest,
  ) {
    super();
  }
}

export interface WebhookGauges {
  readonly webhook: string;
  readonly lag: bigint;
  readonly deadLetters: number;
}

/** What is true of every webhook at this moment. */
export class MeasureWebhooks extends Query<readonly WebhookGauges[]> {}
