import { upcast } from '../event-store/codec/upcast.js';
import type { RecordedEvent } from '../event-store/event-store.js';

/** Events of a batch in their current schema; those that this build can't read stand in `unreadable` by their index. */
export interface DecodedBatch {
  readonly events: readonly RecordedEvent[];
  readonly unreadable: ReadonlyMap<number, Error>;
}

const NOTHING_UNREADABLE: ReadonlyMap<number, Error> = new Map();

export const decode = (recorded: readonly RecordedEvent[], count: number): DecodedBatch => {
  const events: RecordedEvent[] = [];
  let unreadable: Map<number, Error> | undefined;
  for (let index = 0; index < count; index++) {
    const event = recorded[index] as RecordedEvent;
    try {
      events.push(upcast(event));
    } catch (error) {
      events.push(event);
      unreadable ??= new Map<number, Error>();
      unreadable.set(index, error as Error);
    }
  }
  return { events, unreadable: unreadable ?? NOTHING_UNREADABLE };
};

/** How many of the events stand at or before `position`. */
export const countUpTo = (events: readonly RecordedEvent[], position: bigint): number => {
  const after = events.findIndex((event) => event.position > position);
  return after < 0 ? events.length : after;
};
