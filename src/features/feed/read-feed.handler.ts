import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { EventStore } from '../../event-store/event-store.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { cloudEventJson, eventSource } from './cloud-event.js';
import { EventAccess, followsAll, isHandedOut } from './event-access.js';
import { matching } from './filter.js';
import { requireWithinLog } from './log-end.js';
import { ReadFeed, type FeedPage } from './queries.js';
import { scan } from './scan.js';

/** Events one request looks at, at most: a filter that matches rarely must not keep the server from other work. */
export const MOST_SCANNED = 10_000;

@QueryHandler(ReadFeed)
export class ReadFeedHandler implements IQueryHandler<ReadFeed> {
  constructor(
    private readonly store: EventStore,
    private readonly access: EventAccess,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ filter, after, limit, caller }: ReadFeed): Promise<FeedPage> {
    const source = eventSource(this.config);
    const fits = matching(filter);
    const isLimited = !followsAll(caller);
    if (filter.entity !== undefined && !this.access.mayFollow(caller, filter.entity))
      return { items: [], next: after };
    const items: string[] = [];
    let next = after;
    let looked = 0;
    for await (const event of scan(this.store, filter, after, MOST_SCANNED)) {
      looked++;
      const isForSomebody = isHandedOut(event.stream);
      if (isForSomebody && fits(event)) {
        if (isLimited) await this.access.judges(event.position);
        if (this.access.mayFollow(caller, event.stream)) items.push(cloudEventJson(event, source));
      }
      // Not for bookkeeping alone: a consumer that stores where it is would else have to store it again each time.
      if (isForSomebody || looked === MOST_SCANNED) next = event.position;
      if (items.length === limit) break;
    }
    if (looked === 0) await requireWithinLog(this.store, after);
    return { items, next };
  }
}
