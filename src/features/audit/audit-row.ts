import { upcast } from '../../event-store/codec/upcast.js';
import { streamName } from '../../domain/events.js';
import type { EventMetadata } from '../../event-store/event-metadata.js';
import type { RecordedEvent } from '../../event-store/event-store.js';
import type { ProjectedEvent } from '../../projections/projection.js';

/** A row of the table as queries read it. */
export interface AuditRow {
  readonly position: number;
  readonly entity_type: string;
  readonly entity_id: string;
  readonly actor_id: string;
  readonly event_type: string;
  readonly correlation_id: string;
  readonly occurred_at: number;
  readonly event: string;
}

/** What stands in the column `event`: all that has no column of its own. */
type Rest = Pick<EventMetadata, 'schemaVersion' | 'credential' | 'causationId' | 'traceparent' | 'reason'> & {
  readonly id: string;
  readonly revision: number;
  readonly actorKind: EventMetadata['actor']['kind'];
  readonly data: RecordedEvent['data'];
};

export const restOf = ({ id, revision, data, metadata }: ProjectedEvent): string => {
  const { schemaVersion, actor, credential, causationId, traceparent, reason } = metadata;
  return JSON.stringify({
    id,
    revision: Number(revision),
    schemaVersion,
    actorKind: actor.kind,
    credential,
    causationId,
    traceparent,
    reason,
    data,
  });
};

/** The event again, in its current schema, however long ago the row was written. */
export const eventOf = (row: AuditRow): RecordedEvent => {
  const { id, revision, actorKind, data, ...metadata } = JSON.parse(row.event) as Rest;
  return upcast({
    id,
    type: row.event_type,
    stream: streamName(row.entity_type, row.entity_id),
    revision: BigInt(revision),
    position: BigInt(row.position),
    data,
    metadata: {
      ...metadata,
      occurredAt: new Date(row.occurred_at).toISOString(),
      actor: { kind: actorKind, id: row.actor_id },
      correlationId: row.correlation_id,
    },
  });
};
