import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import type { Caller } from '../../domain/shared/caller.js';
import { upcast } from '../../event-store/codec/upcast.js';
import { EventStore, type RecordedEvent } from '../../event-store/event-store.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { WorkspaceReader } from '../workspaces/index.js';
import { toCloudEvent, type CloudEvent } from './cloud-event.js';
import { ReadFeed, type FeedFilter, type FeedPage } from './queries.js';
import { mayFollow } from './visibility.js';

/** Events one request looks at, at most: a filter that matches rarely must not keep the server from other work. */
export const MOST_SCANNED = 10_000;

@QueryHandler(ReadFeed)
export class ReadFeedHandler implements IQueryHandler<ReadFeed> {
  constructor(
    private readonly store: EventStore,
    private readonly workspaces: WorkspaceReader,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ filter, after, limit, caller }: ReadFeed): Promise<FeedPage> {
    const source = this.config.publicUrl ?? '/countersign';
    const wanted = matcher(filter, caller, this.workspaces);
    const items: CloudEvent[] = [];
    let next = after;
    for await (const event of this.events(filter, after, caller)) {
      next = event.position;
      if (wanted(event) && items.push(toCloudEvent(upcast(event), source)) === limit) break;
    }
    return { items, next };
  }

  private async *events(
    { entity }: FeedFilter,
    after: bigint,
    caller: Caller,
  ): AsyncGenerator<RecordedEvent, void> {
    if (entity === undefined) yield* this.store.readAll({ after, limit: MOST_SCANNED });
    else if (mayFollow(caller, entity, this.workspaces)) yield* this.streamAfter(entity, after);
  }

  private async *streamAfter(stream: string, after: bigint): AsyncGenerator<RecordedEvent, void> {
    const last = await firstOf(this.store.readStream(stream, { direction: 'backwards', limit: 1 }));
    if (last === undefined || last.position <= after) return;
    // Positions rise with the revision, so a long stream need not be read from its beginning.
    let low = 0n;
    let high = last.revision;
    while (after >= 0n && low < high) {
      const middle = (low + high) / 2n;
      const probe = await firstOf(this.store.readStream(stream, { from: middle, limit: 1 }));
      if (probe !== undefined && probe.position <= after) low = middle + 1n;
      else high = middle;
    }
    yield* this.store.readStream(stream, { from: low, limit: MOST_SCANNED });
  }
}

const firstOf = async <Item>(items: AsyncIterable<Item>): Promise<Item | undefined> => {
  for await (const item of items) return item;
  return undefined;
};

const matcher = (
  { types, actor }: FeedFilter,
  caller: Caller,
  workspaces: WorkspaceReader,
): ((event: RecordedEvent) => boolean) => {
  const wantedTypes = types && new Set<string>(types);
  return ({ type, stream, metadata }) =>
    (wantedTypes === undefined || wantedTypes.has(type)) &&
    (actor === undefined || metadata.actor.id === actor) &&
    mayFollow(caller, stream, workspaces);
};
