import { matching, type FeedFilter } from '../feed/index.js';

/** What a client asked for. */
export interface Selection {
  readonly filter: FeedFilter;
  readonly fits: ReturnType<typeof matching>;
}

export const selectionOf = (filter: FeedFilter): Selection => ({ filter, fits: matching(filter) });
