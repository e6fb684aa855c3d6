import { DomainError } from '../../domain/shared/domain-error.js';
import type { EventStore } from '../../event-store/event-store.js';

/**
 * Refuses a position after which the log has never been: it was read from another log, or from this one before an older copy
 * was put back, and whoever went on from there would miss events unnoticed.
 * @throws DomainError `position-beyond-end`
 */
export const requireWithinLog = async (store: EventStore, position: bigint): Promise<void> => {
  // Asked twice, because the first answer may be one that was on its way when the position was given out elsewhere.
  if (position <= (await store.head()) || position <= (await store.head())) return;
  throw new DomainError(
    'invalid',
    'position-beyond-end',
    `The log ends before position ${position}: it is no position of this log, or an older copy of the log was put back`,
  );
};
