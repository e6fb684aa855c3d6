import { Query } from '@nestjs/cqrs';
import type { Caller } from '../../domain/shared/caller.js';
import type { FeedFilter } from './filter.js';

export interface FeedPage {
  /** CloudEvents, each as one line of JSON: `cloudEventJson`. */
  readonly items: readonly string[];
  /**
   * The position to ask after next: how far this page looked. It moves on even when nothing matched; no items and a
   * `next` that stayed where it was mean that the end is reached.
   */
  readonly next: bigint;
}

/** Events in log order, of those entities that the caller may read. Refused with `position-beyond-end`. */
export class ReadFeed extends Query<FeedPage> {
  constructor(
    readonly filter: FeedFilter,
    /** Exclusive; -1 for the beginning. */
    readonly after: bigint,
    /** At least 1. */
    readonly limit: number,
    readonly caller: Caller,
  ) {
    super();
  }
}
