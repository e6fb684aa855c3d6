import type { EventType } from '../../domain/events.js';
import type { RecordedEvent } from '../../event-store/event-store.js';

/** What of an event a filter looks at. */
export type Filtered = Pick<RecordedEvent, 'type' | 'stream'> & {
  readonly metadata: Pick<RecordedEvent['metadata'], 'actor'>;
};

/** All that are given must hold. */
export interface FeedFilter {
  readonly types?: readonly EventType[];
  /** Stream name. */
  readonly entity?: string;
  /** The actor's id. */
  readonly actor?: string;
}

/** Whether an event fits; who may have it is another question: see `visibility.ts`. */
export const matching = ({ types, entity, actor }: FeedFilter): ((event: Filtered) => boolean) => {
  const wantedTypes = types && new Set<string>(types);
  return ({ type, stream, metadata }) =>
    (wantedTypes === undefined || wantedTypes.has(type)) &&
    (entity === undefined || entity === stream) &&
    (actor === undefined || metadata.actor.id === actor);
};
