import type { Projection, TableNames } from '../../projections/projection.js';
import { splitStreamName } from '../../domain/events.js';
import { restOf } from './audit-row.js';
import {
  ENTRIES_TABLES,
  ENTRY_WRITING,
  entriesSchema,
  entryWriter,
  lastIndexed,
  type Database,
  type EntryWriting,
} from './entries.tables.js';

/** What the next row follows from. */
interface Newest {
  readonly position: number;
  readonly latest: number;
  readonly disorder: number;
  /** Rows up to this one that have no entries yet. */
  readonly waiting: number;
}

/**
 * The history of every governed entity, one row per event of the log.
 *
 * `event` keeps the whole rest of the event as JSON, although the log has it too: matches of a filter lie scattered over
 * the log, and fetching them there one by one costs a round trip to the store each (and, with a server, the history
 * would be gone while that is away). Written in log order it is the cheapest part of the row.
 *
 * Finding the matches is what costs: an index of SQLite writes its entry with every row, most of a page per event and
 * filter, and one over the whole log has so many pages that even of thousands of entries hardly two go to the same. So
 * there is none. Each filter has a table of entries that is brought up to date in bulk and falls into sections
 * of the log, so that only the pages of the newest section are written. How far the entries of each section go stands in
 * `audit_sections`; the rows after the last one are few enough to be walked.
 *
 * Times rise with the position only roughly (clocks of several replicas, commands that waited), yet `since` and `until`
 * must not walk the whole log: `latest` is the latest time so far, which never falls, and `disorder` how far any event
 * so far lay behind it. From both follow safe bounds of positions for any range of times.
 *
 * Its name was `audit` while SQLite's indexes stood on its table. A new version under that name would leave the old one
 * to answer until it is built, which has none of the tables that queries ask for now.
 */
export const auditProjectionWith = (writing: EntryWriting): Projection => ({
  name: 'history',
  version: 1,
  tables: ['audit', ...ENTRIES_TABLES],
  schema: (tables) => [
    `CREATE TABLE ${tables['audit']} (
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
    ...entriesSchema(tables),
  ],
  indexes: () => [],
  handlers: (db, tables) => {
    const { audit } = tables;
    const insert = db.prepare(`INSERT INTO ${audit} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    const newest = newestRow(db, tables);
    const writeEntries = entryWriter(db, tables, writing.turnsPerSection);
    // Kept beside the table, because asking it for every event costs as much as the insert. An event that comes again
    // comes after a rollback: what is kept here was rolled back with the rows, so the tables are asked.
    let last: Newest | undefined;
    return {
      any: (event) => {
        const position = Number(event.position);
        const { aggregate, id } = splitStreamName(event.stream);
        const { actor, correlationId, occurredAt } = event.metadata;
        const time = Date.parse(occurredAt);
        if (last === undefined || last.position >= position) last = newest();
        const latest = Math.max(time, last?.latest ?? time);
        const disorder = Math.max(latest - time, last?.disorder ?? 0);
        let waiting = (last?.waiting ?? 0) + 1;
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
        if (waiting >= writing.mostWaiting) {
          writeEntries(position);
          waiting = 0;
        }
        last = { position, latest, disorder, waiting };
      },
    };
  },
});

const newestRow = (db: Database, tables: TableNames): (() => Newest | undefined) => {
  const { audit } = tables;
  const select = db.prepare(`
    SELECT position, latest, disorder,
      (SELECT count(*) FROM ${audit} WHERE position > ${lastIndexed(tables)}) AS waiting
    FROM ${audit} ORDER BY position DESC LIMIT 1`);
  return () => select.get() as Newest | undefined;
};

export const auditProjection = auditProjectionWith(ENTRY_WRITING);
