import type { EventStore } from '../../event-store/event-store.js';

/**
 * Whether no event of this log stands at this position or after it: it was read from another log, or from this one before an
 * older copy was put back, and whoever went on from there would miss events unnoticed.
 */
export const isBeyondEnd = async (store: EventStore, position: bigint): Promise<boolean> =>
  // Asked twice, because the first answer may be one that was on its way when the position was given out elsewhere.
  position > (await store.head()) && position > (await store.head());
