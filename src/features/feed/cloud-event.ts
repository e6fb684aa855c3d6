import { splitStreamName } from '../../domain/events.js';
import { upcast } from '../../event-store/codec/upcast.js';
import type { EventData, RecordedEvent } from '../../event-store/event-store.js';
import type { Config } from '../../platform/config/config.js';

/** CloudEvents 1.0, JSON format. The order of the members is the order in which every channel writes them. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  /** `countersign.<aggregate>.<EventType>` */
  readonly type: string;
  /** The stream: `deployment-<id>` */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly dataschema: string;
  /** The log position, decimal. */
  readonly sequence: string;
  readonly partitionkey: string;
  readonly correlationid: string;
  readonly causationid: string;
  readonly actorkind: string;
  readonly actorid: string;
  readonly traceparent?: string;
  readonly data: EventData;
}

/** The `source` of every event of this installation. */
export const eventSource = ({ publicUrl }: Pick<Config, 'publicUrl'>): string => publicUrl ?? '/countersign';

/** An event in its current schema as an envelope. What goes out is {@link cloudEventJson}, never this written otherwise. */
export const toCloudEvent = (event: RecordedEvent, source: string): CloudEvent => {
  const { id, type, stream, position, data, metadata } = event;
  const { occurredAt, schemaVersion, correlationId, causationId, actor, traceparent } = metadata;
  return {
    specversion: '1.0',
    id,
    source,
    type: `countersign.${splitStreamName(stream).aggregate}.${type}`,
    subject: stream,
    time: occurredAt,
    datacontenttype: 'application/json',
    dataschema: `/governance/v1/schemas/${type}/${schemaVersion}`,
    sequence: position.toString(),
    partitionkey: stream,
    correlationid: correlationId,
    causationid: causationId,
    actorkind: actor.kind,
    actorid: actor.id,
    ...(traceparent === undefined ? {} : { traceparent }),
    data,
  };
};

/**
 * An event of the log, whatever version it was written with, as downstream systems get it: one line of JSON, the same
 * bytes in the feed, the stream and webhooks.
 * @throws UnreadableEvent when a newer build has written it
 */
export const cloudEventJson = (event: RecordedEvent, source: string): string =>
  JSON.stringify(toCloudEvent(upcast(event), source));
