import type { EventStore, RecordedEvent } from '../../event-store/event-store.js';
import type { FeedFilter } from './filter.js';

/** Events after a position (exclusive) in log order, at most `limit`; of one entity when the filter names one, unfiltered else. */
export async function* scan(
  store: EventStore,
  { entity }: FeedFilter,
  after: bigint,
  limit: number,
): AsyncGenerator<RecordedEvent, void> {
  if (entity === undefined) {
    yield* store.readAll({ after, limit });
    return;
  }
  const last = await firstOf(store.readStream(entity, { direction: 'backwards', limit: 1 }));
  if (last === undefined || last.position <= after) return;
  // Positions rise with the revision, so a long stream need not be read from its beginning.
  let low = 0n;
  let high = last.revision;
  while (after >= 0n && low < high) {
    const middle = (low + high) / 2n;
    const probe = await firstOf(store.readStream(entity, { from: middle, limit: 1 }));
    if (probe !== undefined && probe.position <= after) low = middle + 1n;
    else high = middle;
  }
  yield* store.readStream(entity, { from: low, limit });
}

const firstOf = async <Item>(items: AsyncIterable<Item>): Promise<Item | undefined> => {
  for await (const item of items) return item;
  return undefined;
};
