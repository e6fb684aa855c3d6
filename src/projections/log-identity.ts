import type { EventStore } from '../event-store/event-store.js';
import type { EventMark } from './checkpoints.js';

/** How an event that was applied stands in the log now; absent: not there, or not yet on the node that was asked. */
export type Presence = 'there' | 'absent' | 'another';

const WORSE: readonly Presence[] = ['there', 'absent', 'another'];

export const presenceOf = async (store: EventStore, mark: EventMark): Promise<Presence> => {
  for await (const event of store.readStream(mark.stream, { from: mark.revision, limit: 1 })) {
    return event.id === mark.id && event.position === mark.position ? 'there' : 'another';
  }
  return 'absent';
};

/**
 * Whether every event that was applied last still stands in the log, and where it stood. After a backup was put back it may
 * not, and what was built from the lost events must not be shown as if they had happened.
 */
export const presenceOfAll = async (
  store: EventStore,
  marks: readonly (EventMark | undefined)[],
): Promise<Presence> => {
  const checked = new Set<string>();
  let worst: Presence = 'there';
  for (const mark of marks) {
    if (mark === undefined || checked.has(mark.id)) continue;
    checked.add(mark.id);
    const presence = await presenceOf(store, mark);
    if (WORSE.indexOf(presence) > WORSE.indexOf(worst)) worst = presence;
  }
  return worst;
};
