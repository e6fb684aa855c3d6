import type { RecordedEvent as StoredEvent } from '@eventstore/db-client';
import type { EventMetadata } from '../event-metadata.js';
import type { EventData, RecordedEvent } from '../event-store.js';

/** The highest position and revision there can be; the server gives a higher one for "none". */
const HIGHEST = 2n ** 63n - 1n;

/** The event stands in one of our streams, but somebody else has written it. */
export class ForeignEvent extends Error {
  override readonly name = 'ForeignEvent';

  constructor({ streamId, revision, type }: StoredEvent) {
    super(`event ${revision} of ${streamId} (${type}) was not written by this service`);
  }
}

/** Where the event stands in the whole log. @throws Error when the server is too old to say */
export const positionOf = ({ position }: StoredEvent): bigint => {
  if (position === undefined || position.commit > HIGHEST) {
    throw new Error(
      'this event store does not say where an event stands in the log: 22.6 or later is needed',
    );
  }
  return position.commit;
};

/** Whether this service wrote it. The store may hold events of its own, and of other applications. */
export const isOurs = ({ isJson, data, metadata }: StoredEvent): boolean => {
  if (!isJson || typeof data !== 'object' || typeof metadata !== 'object' || metadata === null) return false;
  const { schemaVersion, occurredAt } = metadata as Partial<EventMetadata>;
  return typeof schemaVersion === 'number' && typeof occurredAt === 'string';
};

export const toRecorded = (event: StoredEvent): RecordedEvent => ({
  id: event.id,
  type: event.type,
  data: event.data as EventData,
  metadata: event.metadata as unknown as EventMetadata,
  stream: event.streamId,
  revision: event.revision,
  position: positionOf(event),
});
