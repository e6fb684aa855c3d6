import type { Projection } from '../../projections/projection.js';
import { splitStreamName } from '../../domain/events.js';
import { restOf } from './audit-row.js';

interface Newest {
  readonly position: number;
  readonly latest: number;
  readonly disorder: number;
}

/**
 * The history of every governed entity, one row per event of the log.
 *
 * `event` keeps the whole rest of the event as JSON, although the log has it too: matches of a filter lie scattered over
 * the log, and fetching them there one by one costs a round trip to the store each (and, with a server, the history
 * would be gone while that is away). Written in log order it is the cheapest part of the row; the indexes are what
 * costs, so there is one per filter, of that column alone: SQLite ends every index entry with the position, so that
 * each of them hands out its matches in log order.
 *
 * Times rise with the position only roughly (clocks of several replicas, commands that waited), yet `since` and `until`
 * must not walk the whole log: `latest` is the latest time so far, which never falls, and `disorder` how far any event
 * so far lay behind it. From both follow safe bounds of positions for any range of times.
 */
export const auditProjection: Projection = {
  name: 'audit',
  version: 1,
  tables: ['audit'],
  schema: ({ audit }) => [
    `CREATE TABLE ${audit} (
      position INTEGER PRIMARY KEY,
      entity_type TEXT NOT NULL,
      entity_id TEXT NOT NULL,
      actor_id TEXT NOT NULL,
      event_type TEXT NOT NULL,
      correlation_id TEXT NOT NULL,
      occurred_at INTEGER NOT NULL,
      latest INTEGER NOT NULL,
      disorder INTEGER NOT NULL,
      event TEXT NOT NULL
    ) STRICT`,
  ],
  indexes: ({ audit }) =>
    ['entity_type', 'entity_id', 'actor_id', 'event_type', 'correlation_id', 'latest'].map(
      (column) => `CREATE INDEX ${audit}_${column} ON ${audit} (${column})`,
    ),
  handlers: (db, { audit }) => {
    const insert = db.prepare(`INSERT INTO ${audit} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    const newest = db.prepare(
      `SELECT position, latest, disorder FROM ${audit} ORDER BY position DESC LIMIT 1`,
    );
    // Kept beside the table, because asking it for every event costs as much as the insert. An event that comes again
    // comes after a rollback: what is kept here was rolled back with the rows, so the table is asked.
    let last: Newest | undefined;
    return {
      any: (event) => {
        const position = Number(event.position);
        const { aggregate, id } = splitStreamName(event.stream);
        const { actor, correlationId, occurredAt } = event.metadata;
        const time = Date.parse(occurredAt);
        if (last === undefined || last.position >= position) last = newest.get() as Newest | undefined;
        const latest = Math.max(time, last?.latest ?? time);
        const disorder = Math.max(latest - time, last?.disorder ?? 0);
        insert.run(
          position,
          aggregate,
          id,
          actor.id,
          event.type,
          correlationId,
          time,
          latest,
          disorder,
          restOf(event),
        );
        last = { position, latest, disorder };
      },
    };
  },
};
