import type { EventStore } from '../event-store/event-store.js';
import type { EventMark } from './checkpoints.js';

const isInLog = async (store: EventStore, mark: EventMark): Promise<boolean> => {
  for await (const event of store.readStream(mark.stream, { from: mark.revision, limit: 1 })) {
    return event.id === mark.id && event.position === mark.position;
  }
  return false;
};

/**
 * Whether every event that was applied last still stands in the log, and where it stood. After a backup was put back it may
 * not, and what was built from the lost events must not be shown as if they had happened.
 */
export const logHolds = async (
  store: EventStore,
  marks: readonly (EventMark | undefined)[],
): Promise<boolean> => {
  const checked = new Set<string>();
  for (const mark of marks) {
    if (mark === undefined || checked.has(mark.id)) continue;
    checked.add(mark.id);
    if (!(await isInLog(store, mark))) return false;
  }
  return true;
};
