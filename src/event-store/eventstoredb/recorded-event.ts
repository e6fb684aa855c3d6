import type { EventMetadata } from '../event-metadata.js';
import type { EventData, RecordedEvent } from '../event-store.js';
import type { StoredEvent } from './read-response.js';

/** The event stands in one of our streams, but somebody else has written it. */
export class ForeignEvent extends Error {
  override readonly name = 'ForeignEvent';

  constructor({ stream, revision, type }: StoredEvent) {
    super(`event ${revision} of ${stream} (${type}) was not written by this service`);
  }
}

/** Where the event stands in the whole log. @throws Error when the server is too old to say */
export const positionOf = ({ position }: StoredEvent): bigint => {
  if (position === undefined) {
    throw new Error(
      'this event store does not say where an event stands in the log: 22.6 or later is needed',
    );
  }
  return position;
};

/** `undefined` when this service did not write it: the store may hold events of its own, and of other applications. */
export const toRecorded = (event: StoredEvent): RecordedEvent | undefined => {
  if (!event.isJson) return undefined;
  const metadata = parseObject(event.metadata) as EventMetadata | undefined;
  if (typeof metadata?.schemaVersion !== 'number' || typeof metadata.occurredAt !== 'string')
    return undefined;
  const data = parseObject(event.data);
  if (data === undefined) return undefined;
  const { id, type, stream, revision } = event;
  return { id, type, data, metadata, stream, revision, position: positionOf(event) };
};

const parseObject = (text: string): EventData | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as EventData) : undefined;
  } catch {
    return undefined;
  }
};
