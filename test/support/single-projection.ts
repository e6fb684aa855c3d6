import type { EventOf, EventType } from '../../src/domain/events.js';
import { openDatabase, type Database } from '../../src/event-store/sqlite/sqlite.js';
import type { Projection, ProjectionHandlers, ReadModels } from '../../src/projections/projection.js';

/** One projection in memory, without an engine: events go straight into its tables. */
export class SingleProjection {
  readonly db: Database = openDatabase(':memory:');
  readonly readModels: ReadModels;
  private readonly handlers: ProjectionHandlers;
  private position = -1n;

  constructor(projection: Projection) {
    const tables = Object.fromEntries(projection.tables.map((table) => [table, table]));
    for (const sql of [...projection.schema(tables), ...projection.indexes(tables)]) this.db.exec(sql);
    this.handlers = projection.handlers(this.db, tables);
    this.readModels = {
      positionOf: () => this.position,
      trustworthy: () => true,
      all: (sql: string, ...parameters: string[]) => this.db.prepare(sql).all(...parameters),
      get: (sql: string, ...parameters: string[]) => this.db.prepare(sql).get(...parameters),
    } as unknown as ReadModels;
  }

  /** Every event stands alone here: the first of a stream of its own. */
  happened<Type extends EventType>(
    type: Type,
    data: EventOf<Type>['data'],
    occurredAt = '2026-03-01T10:00:00.000Z',
  ): void {
    this.position++;
    const event = { type, data, revision: 0n, position: this.position, metadata: { occurredAt } };
    this.handlers.any?.(event as never);
    (this.handlers[type] as ((event: unknown) => void) | undefined)?.(event);
  }
}
