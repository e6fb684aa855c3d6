import { Query } from '@nestjs/cqrs';
import type { ConsumerView } from './consumer.view.js';

/** Refused with `consumer-not-found`. */
export class GetConsumer extends Query<ConsumerView> {
  constructor(readonly name: string) {
    super();
  }
}

/** Both are log positions: the last item handed out, and the end that the first page fixed. */
export interface ConsumerPageMark {
  readonly after: bigint;
  readonly upTo: bigint;
}

export interface ConsumerPage {
  readonly items: readonly ConsumerView[];
  /** `null`: that was the last page. */
  readonly next: ConsumerPageMark | null;
}

/** In the order in which they first stored a position; pages neither shift nor repeat. */
export class ListConsumers extends Query<ConsumerPage> {
  constructor(readonly page: { readonly limit: number; readonly from: ConsumerPageMark | null }) {
    super();
  }
}
