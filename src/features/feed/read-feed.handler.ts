import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { EventStore } from '../../event-store/event-store.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { cloudEventJson, eventSource } from './cloud-event.js';
import { EventAccess, followsAll, isHandedOut } from './event-access.js';
import { matching } from './filter.js';
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
    for await (const event of scan(this.store, filter, after, MOST_SCANNED)) {
      if (fits(event) && isHandedOut(event.stream)) {
        if (isLimited) await this.access.judges(event.position);
        if (this.access.mayFollow(caller, event.stream)) items.push(cloudEventJson(event, source));
      }
      next = event.position;
      if (items.length === limit) break;
    }
    return { items, next };
  }
}
