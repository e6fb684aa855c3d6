import { BOOKKEEPING_AGGREGATES } from '../domain/events.js';
import type { RecordedEvent } from '../event-store/event-store.js';
import type { Database } from '../event-store/sqlite/sqlite.js';
import type { DecodedBatch } from './batch.js';
import type { Failure, StoredVersion } from './checkpoints.js';
import { forHandlers } from './handler-database.js';
import type { Projection } from './projection.js';
import { messageOf } from './sqlite-errors.js';
import { tableNames } from './versions.js';

type Handler = (event: RecordedEvent) => void;

const BOOKKEEPING_PREFIXES = BOOKKEEPING_AGGREGATES.map((aggregate) => `${aggregate}-`);

const isBookkeeping = (stream: string): boolean => {
  for (const prefix of BOOKKEEPING_PREFIXES) if (stream.startsWith(prefix)) return true;
  return false;
};

/** A handler threw, or an event it needs can't be read. */
export class EventRefused extends Error {
  override readonly name = 'EventRefused';

  constructor(
    /** In the batch. */
    readonly index: number,
    readonly event: RecordedEvent,
    override readonly cause: unknown,
  ) {
    super(messageOf(cause));
  }
}

/** One version of one projection at work: its handlers, and where it stands. */
export class ProjectionRun {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  position: bigint;
  /** Set while it is stopped, and after a restart until it has passed that event. */
  failure: Failure | undefined;
  /** The views point at its tables. */
  serving: boolean;
  /** It has seen the end of the log since the start. */
  caughtUp = false;
  private readonly any: Handler | undefined;
  private readonly byType: ReadonlyMap<string, Handler>;

  constructor(
    db: Database,
    projection: Projection,
    readonly stored: StoredVersion,
  ) {
    this.id = stored.id;
    this.name = projection.name;
    this.version = projection.version;
    this.position = stored.position;
    this.failure = stored.failure;
    this.serving = stored.live;
    const { any, ...typed } = projection.handlers(forHandlers(db), tableNames(projection)) as {
      readonly [key: string]: Handler | undefined;
    };
    this.any = any;
    this.byType = new Map(
      Object.entries(typed).filter((entry): entry is [string, Handler] => entry[1] !== undefined),
    );
  }

  /** Whether any of the events matters to it. */
  concerns({ events }: DecodedBatch): boolean {
    for (const event of events) if (this.handles(event)) return true;
    return false;
  }

  /**
   * Hands the first `count` events to the handlers.
   * @throws {@link EventRefused}
   */
  apply({ events, unreadable }: DecodedBatch, count: number): void {
    const { any, byType } = this;
    let index = 0;
    try {
      for (; index < count; index++) {
        const event = events[index] as RecordedEvent;
        const typed = byType.get(event.type);
        const general = any !== undefined && !isBookkeeping(event.stream) ? any : undefined;
        if (typed === undefined && general === undefined) continue;
        if (unreadable.size > 0) throwIfThere(unreadable.get(index));
        if (general !== undefined) general(event);
        if (typed !== undefined) typed(event);
      }
    } catch (error) {
      throw new EventRefused(index, events[index] as RecordedEvent, error);
    }
  }

  private handles(event: RecordedEvent): boolean {
    return this.byType.has(event.type) || (this.any !== undefined && !isBookkeeping(event.stream));
  }
}

const throwIfThere = (error: Error | undefined): void => {
  if (error !== undefined) throw error;
};
