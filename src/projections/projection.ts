import type { CatalogueEvent, EventOf, EventType } from '../domain/events.js';
import type { RecordedEvent } from '../event-store/event-store.js';
import type { HandlerDatabase } from './handler-database.js';

/** An event as a projection sees it: upcast to its current schema, typed by its name. */
export type ProjectedEvent<Type extends EventType = EventType> = Omit<RecordedEvent, 'type' | 'data'> &
  (Type extends EventType ? EventOf<Type> : CatalogueEvent);

/**
 * Synchronous SQL, one function per event type, inside the batch's transaction. `any` is called first, for every event
 * whose stream is not bookkeeping. A handler reads no clock and calls nothing outside: a rebuild must give the same rows.
 */
export type ProjectionHandlers = {
  readonly [Type in EventType]?: (event: ProjectedEvent<Type>) => void;
} & { readonly any?: (event: ProjectedEvent) => void };

/** Physical names of a projection's tables, e.g. `deployments` → `deployments_v3`; queries use the logical names. */
export type TableNames = Readonly<Record<string, string>>;

/**
 * A read model. Queries name its tables without version: a view of that name points at the live version, and moves to a
 * newer one in one transaction when that has caught up.
 */
export interface Projection {
  readonly name: string;
  /** Raise it when the tables or what the handlers write into them change. */
  readonly version: number;
  /** Logical table names, each unique over all projections. */
  readonly tables: readonly string[];
  /** `CREATE TABLE` statements (STRICT), under the physical names. */
  schema(tables: TableNames): readonly string[];
  /** `CREATE INDEX` statements apart, so that a rebuild can make them last. */
  indexes(tables: TableNames): readonly string[];
  /** Called once per run; prepare statements here. */
  handlers(db: HandlerDatabase, tables: TableNames): ProjectionHandlers;
}

export type ProjectionState = 'live' | 'catchingUp' | 'rebuilding' | 'failed';

export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly position: bigint;
  /** Distance of positions to the head of the log. */
  readonly lag: bigint;
  readonly state: ProjectionState;
  /** Where and why it stopped; `eventType` is `null` when no event was to blame. */
  readonly error?: { readonly position: bigint; readonly eventType: string | null; readonly message: string };
}

/** The read model did not get there in time. */
export class ReadModelBehind extends Error {
  override readonly name = 'ReadModelBehind';

  constructor(readonly position: bigint) {
    super(`the read models have not reached position ${position} in time`);
  }
}

/** The read model stopped at an event it can't apply: waiting longer is of no use. */
export class ProjectionFailed extends Error {
  override readonly name = 'ProjectionFailed';

  constructor(
    readonly projection: string,
    reason: { readonly position: bigint; readonly eventType: string | null; readonly message: string },
  ) {
    const at = reason.eventType === null ? '' : ` at position ${reason.position} (${reason.eventType})`;
    super(`projection ${projection} has stopped${at}: ${reason.message}`);
  }
}

type SqlValue = string | number | null;

/** What queries and health checks may ask of the engine. */
export abstract class ReadModels {
  /** The position that every live projection has passed. */
  abstract readonly position: bigint;

  /**
   * The position of the version of one projection that answers queries: while it stands still, so do its rows. (When a new
   * version takes over, its rows may differ at the same position; the next event of the log moves it.)
   */
  abstract positionOf(projection: string): bigint;

  /** Rows of a query against logical table names; statements are prepared once per text. */
  abstract all<Row>(sql: string, ...parameters: readonly SqlValue[]): Row[];
  abstract get<Row>(sql: string, ...parameters: readonly SqlValue[]): Row | undefined;

  /**
   * Resolves when the live projections (or those named) have passed `position`.
   * @throws {@link ReadModelBehind} after `timeoutMs`, {@link ProjectionFailed} at once when one of them has stopped
   */
  abstract waitFor(
    position: bigint,
    options: { timeoutMs: number; projections?: readonly string[] },
  ): Promise<void>;

  /**
   * False when one of the named projections has stopped, is served from an outdated version or has not yet caught up
   * since the start: don't decide on it. While the log is away it stays what it was.
   */
  abstract trustworthy(...projections: readonly string[]): boolean;

  abstract status(): readonly ProjectionStatus[];
}
