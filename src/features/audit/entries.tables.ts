import type { Projection, TableNames } from '../../projections/projection.js';
import { entriesOf, FILTERS } from './audit-filters.js';

export type Database = Parameters<Projection['handlers']>[0];

export interface EntryWriting {
  /** Rows that may wait for their entries. */
  readonly mostWaiting: number;
  /** How often entries are added to a section before the next one begins. */
  readonly turnsPerSection: number;
}

/**
 * Every query walks the rows that wait, which takes it a millisecond at most; many more at once would make their entries
 * hardly cheaper. Sections of 20 000 rows: their pages are few enough to be written together, and a million rows have few
 * enough sections to be asked one after the other.
 */
export const ENTRY_WRITING: EntryWriting = { mostWaiting: 2_000, turnsPerSection: 10 };

const COLUMNS = FILTERS.map(([, column]) => column);

export const ENTRIES_TABLES = ['audit_sections', ...COLUMNS.map(entriesOf)];

export const entriesSchema = ({ audit_sections, ...tables }: TableNames): readonly string[] => [
  `CREATE TABLE ${audit_sections} (
    section INTEGER PRIMARY KEY,
    turns INTEGER NOT NULL,
    last_position INTEGER NOT NULL
  ) STRICT`,
  ...COLUMNS.map(
    (column) => `CREATE TABLE ${tables[entriesOf(column)]} (
      section INTEGER NOT NULL,
      value TEXT NOT NULL,
      position INTEGER NOT NULL,
      PRIMARY KEY (section, value, position)
    ) STRICT, WITHOUT ROWID`,
  ),
];

interface Section {
  readonly section: number;
  readonly turns: number;
}

/** The last row that has entries. */
export const lastIndexed = ({ audit_sections }: TableNames): string =>
  `coalesce((SELECT last_position FROM ${audit_sections} ORDER BY section DESC LIMIT 1), -1)`;

/** Writes the entries that are missing for the rows up to `position`, the newest one. */
export const entryWriter = (
  db: Database,
  tables: TableNames,
  turnsPerSection: number,
): ((position: number) => void) => {
  const { audit, audit_sections } = tables;
  const newest = db.prepare(`SELECT section, turns FROM ${audit_sections} ORDER BY section DESC LIMIT 1`);
  const inserts = COLUMNS.map((column) =>
    db.prepare(`
      INSERT INTO ${tables[entriesOf(column)]} SELECT ?, ${column}, position FROM ${audit}
      WHERE position > ${lastIndexed(tables)}`),
  );
  const advance = db.prepare(`
    INSERT INTO ${audit_sections} VALUES (?, 1, ?)
    ON CONFLICT (section) DO UPDATE SET turns = turns + 1, last_position = excluded.last_position`);
  return (position) => {
    const { section, turns } = (newest.get() ?? { section: 0, turns: 0 }) as Section;
    const next = turns < turnsPerSection ? section : section + 1;
    for (const insert of inserts) insert.run(next);
    advance.run(next, position);
  };
};
