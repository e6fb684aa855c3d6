import { Query } from '@nestjs/cqrs';
import type { EventType } from '../../domain/events.js';
import type { Caller } from '../../domain/shared/caller.js';
import type { CloudEvent } from './cloud-event.js';

/** All that are given must hold. */
export interface FeedFilter {
  readonly types?: readonly EventType[];
  /** Stream name. */
  readonly entity?: string;
  /** The actor's id. */
  readonly actor?: string;
}

export interface FeedPage {
  readonly items: readonly CloudEvent[];
  /**
   * The position to ask after next: how far this page looked. It moves on even when nothing matched; no items and a
   * `next` that stayed where it was mean that the end is reached.
   */
  readonly next: bigint;
}

/** Events in log order, of those entities that the caller may read. */
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
