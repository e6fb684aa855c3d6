import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openDatabase, type Database } from '../../src/event-store/sqlite/sqlite.js';
import { entriesOf, FILTERS } from '../../src/features/audit/audit-filters.js';
import { firstPositionAt, lastPositionBefore } from '../../src/features/audit/audit-times.js';
import { auditProjectionWith } from '../../src/features/audit/audit.projection.js';
import type { EntryWriting } from '../../src/features/audit/entries.tables.js';
import type { ProjectedEvent, ReadModels } from '../../src/projections/projection.js';
import { historyEvent, START } from '../support/history.js';

interface Tables {
  readonly db: Database;
  readonly any: (event: ProjectedEvent) => void;
}

const TABLES = auditProjectionWith({ mostWaiting: 1, turnsPerSection: 1 }).tables;

const openTables = (writing: EntryWriting): Tables => {
  const projection = auditProjectionWith(writing);
  const names = Object.fromEntries(TABLES.map((table) => [table, table]));
  const db = openDatabase(':memory:');
  for (const statement of projection.schema(names)) db.exec(statement);
  const { any } = projection.handlers(db, names);
  if (any === undefined) throw new Error('the history takes every event');
  return { db, any };
};

interface Row {
  readonly position: number;
  readonly occurred_at: number;
  readonly latest: number;
  readonly disorder: number;
  readonly [column: string]: unknown;
}

const rowsOf = (db: Database, table = 'audit'): readonly Row[] =>
  db
    .prepare(`SELECT * FROM ${table} ORDER BY ${table === 'audit_sections' ? 'section' : 'position'}`)
    .all() as unknown as Row[];

const everythingIn = (db: Database): unknown => TABLES.map((table) => [table, rowsOf(db, table)]);

const happened = ({ second, at }: { second: number; at: number }, index: number): ProjectedEvent => {
  const { stream, event } = historyEvent(`group-${at % 3}`, 'GroupRecorded', {
    occurredAt: new Date(START + second * 1_000).toISOString(),
    actor: { kind: 'user', id: `user-${at % 4}` },
    correlationId: `c-${at}`,
  });
  return { ...event, stream, revision: BigInt(index), position: BigInt(index * 3 + 1) } as ProjectedEvent;
};

const seconds = fc.integer({ min: -50, max: 50 });
const events = fc
  .array(fc.record({ second: seconds, at: fc.nat(9) }), { minLength: 1, maxLength: 30 })
  .map((log) => log.map(happened));
/** Far less than there are events, so that entries are written several times. */
const writings = fc.record({
  mostWaiting: fc.integer({ min: 1, max: 9 }),
  turnsPerSection: fc.integer({ min: 1, max: 3 }),
});

describe('the rows of the history', () => {
  it('are the same, and so are their entries, when a batch is rolled back anywhere and comes again', () =>
    fc.assert(
      fc.property(events, writings, fc.nat(), fc.nat(), (log, writing, from, to) => {
        const plain = openTables(writing);
        for (const event of log) plain.any(event);

        const torn = openTables(writing);
        const start = from % log.length;
        const end = start + 1 + (to % (log.length - start));
        for (const event of log.slice(0, start)) torn.any(event);
        torn.db.exec('BEGIN');
        for (const event of log.slice(start, end)) torn.any(event);
        torn.db.exec('ROLLBACK');
        for (const event of log.slice(start)) torn.any(event);

        expect(everythingIn(torn.db)).toEqual(everythingIn(plain.db));
        plain.db.close();
        torn.db.close();
      }),
    ));

  it('have their entries up to one position, and after it are fewer than may wait', () =>
    fc.assert(
      fc.property(events, writings, fc.nat(), (log, writing, restart) => {
        const { db, any } = openTables(writing);
        const before = restart % log.length;
        for (const event of log.slice(0, before)) any(event);
        const names = Object.fromEntries(TABLES.map((table) => [table, table]));
        const restarted = auditProjectionWith(writing).handlers(db, names);
        for (const event of log.slice(before)) restarted.any?.(event);

        const { mostWaiting, turnsPerSection } = writing;
        const rows = rowsOf(db);
        const indexed = rows.slice(0, rows.length - (rows.length % mostWaiting));
        const sectionOf = (index: number): number => Math.floor(index / mostWaiting / turnsPerSection);
        for (const [, column] of FILTERS) {
          expect(rowsOf(db, entriesOf(column))).toEqual(
            indexed.map(({ position, [column]: value }, index) => ({
              section: sectionOf(index),
              value,
              position,
            })),
          );
        }
        const ends = new Map(indexed.map(({ position }, index) => [sectionOf(index), position]));
        const sections = db.prepare('SELECT section, last_position FROM audit_sections').all();
        expect(sections.map((row) => Object.values(row))).toEqual([...ends]);
        db.close();
      }),
    ));

  it('bound the positions of every time, however the clocks went', () =>
    fc.assert(
      fc.property(events, writings, fc.array(seconds), fc.nat(95), (log, writing, times, upTo) => {
        const { db, any } = openTables(writing);
        for (const event of log) any(event);
        const readModels = {
          get: (sql: string, ...parameters: number[]) => db.prepare(sql).get(...parameters),
        } as unknown as ReadModels;
        const rows = rowsOf(db).filter(({ position }) => position <= upTo);
        const disorder = rows.at(-1)?.disorder ?? 0;
        for (const [index, row] of rows.entries()) {
          expect(row.latest).toBe(
            Math.max(...rows.slice(0, index + 1).map((earlier) => earlier.occurred_at)),
          );
          expect(row.latest - row.occurred_at).toBeLessThanOrEqual(disorder);
        }
        const firstReaching = (time: number): number =>
          rows.find(({ latest }) => latest >= time)?.position ?? upTo + 1;
        for (const time of [...times.map((second) => START + second * 1_000), START - 1_000_000]) {
          expect(firstPositionAt(readModels, time, upTo)).toBe(firstReaching(time));
          expect(lastPositionBefore(readModels, time, upTo)).toBe(firstReaching(time + disorder) - 1);
        }
        db.close();
      }),
    ));
});
