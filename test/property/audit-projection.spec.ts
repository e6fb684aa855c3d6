import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openDatabase, type Database } from '../../src/event-store/sqlite/sqlite.js';
import { auditProjection } from '../../src/features/audit/index.js';
import type { ProjectedEvent } from '../../src/projections/projection.js';
import { historyEvent, START } from '../support/history.js';

const TABLES = { audit: 'audit_v1' };

const openTable = (): { readonly db: Database; readonly any: (event: ProjectedEvent) => void } => {
  const db = openDatabase(':memory:');
  for (const statement of auditProjection.schema(TABLES)) db.exec(statement);
  const { any } = auditProjection.handlers(db, TABLES);
  if (any === undefined) throw new Error('the history takes every event');
  return { db, any };
};

const rowsOf = (db: Database): unknown => db.prepare('SELECT * FROM audit_v1 ORDER BY position').all();

const events = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 30 }).map((seconds) =>
  seconds.map((second, index): ProjectedEvent => {
    const { stream, event } = historyEvent('group-1', 'GroupRecorded', {
      occurredAt: new Date(START + second * 1_000).toISOString(),
    });
    return { ...event, stream, revision: BigInt(index), position: BigInt(index * 3 + 1) } as ProjectedEvent;
  }),
);

describe('the rows of the history', () => {
  it('are the same when a batch is rolled back anywhere and comes again', () =>
    fc.assert(
      fc.property(events, fc.nat(), fc.nat(), (log, from, to) => {
        const plain = openTable();
        for (const event of log) plain.any(event);

        const torn = openTable();
        const start = from % log.length;
        const end = start + 1 + (to % (log.length - start));
        for (const event of log.slice(0, start)) torn.any(event);
        torn.db.exec('BEGIN');
        for (const event of log.slice(start, end)) torn.any(event);
        torn.db.exec('ROLLBACK');
        for (const event of log.slice(start)) torn.any(event);

        expect(rowsOf(torn.db)).toEqual(rowsOf(plain.db));
        plain.db.close();
        torn.db.close();
      }),
    ));

  it('bound the positions of every time, however the clocks went', () =>
    fc.assert(
      fc.property(events, (log) => {
        const { db, any } = openTable();
        for (const event of log) any(event);
        const rows = db.prepare('SELECT * FROM audit_v1 ORDER BY position').all() as {
          occurred_at: number;
          latest: number;
          disorder: number;
        }[];
        const disorder = rows.at(-1)?.disorder ?? 0;
        for (const [index, row] of rows.entries()) {
          expect(row.latest).toBe(
            Math.max(...rows.slice(0, index + 1).map((earlier) => earlier.occurred_at)),
          );
          expect(row.latest - row.occurred_at).toBeLessThanOrEqual(disorder);
        }
        db.close();
      }),
    ));
});
