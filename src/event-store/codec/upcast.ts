import { currentSchemaVersions, isEventType, type EventType } from '../../domain/events.js';
import type { EventData, RecordedEvent } from '../event-store.js';

/** Turns the data of an event's version n into that of version n + 1. */
export type Upcaster = (data: EventData) => EventData;

/** Per event type, the step from each older version to the next: `{RolesReplaced: {1: from1to2}}`. */
export type Upcasters = { readonly [Type in EventType]?: Readonly<Record<number, Upcaster>> };

/** The log holds something this build can't read: an unknown event type, or a version of a known one that it never had. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
}

export const createUpcast =
  (versions: Readonly<Record<string, number>>, upcasters: Upcasters) =>
  (event: RecordedEvent): RecordedEvent => {
    if (!isEventType(event.type)) throw new UnreadableEvent(`event type ${event.type} is not known`);
    const current = versions[event.type] ?? 0;
    let version = event.metadata.schemaVersion;
    if (version === current) return event;
    if (!Number.isSafeInteger(version) || version < 1) {
      throw new UnreadableEvent(`${event.type} has no valid schema version: ${String(version)}`);
    }
    if (version > current) {
      throw new UnreadableEvent(
        `${event.type} has schema version ${version}, this build knows up to ${current}`,
      );
    }
    let data = event.data;
    for (; version < current; version++) {
      const step = upcasters[event.type]?.[version];
      if (step === undefined) throw new UnreadableEvent(`no upcaster for ${event.type} version ${version}`);
      data = step(data);
    }
    return { ...event, data, metadata: { ...event.metadata, schemaVersion: current } };
  };

/** The event in its current schema, whatever version it was written with. */
export const upcast = createUpcast(currentSchemaVersions, {});
