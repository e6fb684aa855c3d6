import { BEFORE_ALL, type EventStore } from '../event-store/event-store.js';
import { Checkpoints } from './checkpoints.js';
import { silentLog, type EngineLog } from './engine-log.js';
import type { LaneContext, LaneEvents } from './lane.js';
import { Lanes } from './lanes.js';
import { presenceOfAll } from './log-identity.js';
import { PositionWaiters } from './position-waiters.js';
import { ReadModels, type Projection, type ProjectionStatus } from './projection.js';
import type { ProjectionRun } from './projection-run.js';
import { ReadModelDatabase, removeDatabase, UnusableDatabase } from './read-model-database.js';
import { pause, retryDelay } from './retry.js';
import { ServedVersions } from './served-versions.js';
import { isCorruption, messageOf } from './sqlite-errors.js';
import { checkProjections, Versions } from './versions.js';

export interface EngineOptions {
  /** Of the database file; its folder exists. */
  readonly path: string;
  readonly store: EventStore;
  /** Several versions of one projection may stand here: while the newest is built, the live one is fed. */
  readonly projections: readonly Projection[];
  readonly log?: EngineLog;
  /** For a file that nobody reads yet: indexes are made by {@link ProjectionEngine.createIndexes}, nothing is synced. */
  readonly offline?: boolean;
}

/** Short enough that requests which come in during a catch-up don't wait for long. */
const SERVICE_BATCH = 500;
const OFFLINE_BATCH = 2_000;
/** A node that has just taken over may need a moment to find an event again, and building everything anew takes hours. */
const ABSENT_ATTEMPTS = 5;
const NOT_THERE = 'the log does not hold what was applied last';

/** Feeds the read models from the log, and answers queries from them. */
export class ProjectionEngine extends ReadModels {
  private readonly served = new ServedVersions();
  private readonly lanes = new Lanes();
  private readonly waiters = new PositionWaiters((position, names) => this.served.standing(position, names));
  private readonly ending = new AbortController();
  private starting: Promise<void> = Promise.resolve();
  private head = BEFORE_ALL;
  private headAsked = false;
  private taken = 0;

  private constructor(
    private readonly options: EngineOptions,
    private readonly database: ReadModelDatabase,
    private readonly checkpoints: Checkpoints,
    private readonly versions: Versions,
    private readonly log: EngineLog,
  ) {
    super();
    this.adoptVersions();
  }

  /**
   * Opens the database, brings its tables in line with the projections' versions, and can answer queries at once. A file
   * that is corrupt or of another format is deleted rather than moved aside: the log gives everything back, and names of
   * people must not lie about in copies that nobody looks after.
   */
  static open(options: EngineOptions): ProjectionEngine {
    checkProjections(options.projections);
    try {
      return ProjectionEngine.attach(options);
    } catch (error) {
      if (!isCorruption(error) && !(error instanceof UnusableDatabase)) throw error;
      const { path, log = silentLog } = options;
      log.warn({ path, reason: messageOf(error) }, 'the read models are unusable and are built anew');
      removeDatabase(path);
      return ProjectionEngine.attach(options);
    }
  }

  private static attach(options: EngineOptions): ProjectionEngine {
    const { path, log = silentLog, offline = false } = options;
    const database = ReadModelDatabase.open(path, { offline });
    try {
      const checkpoints = new Checkpoints(database.db);
      const versions = new Versions(database.db, checkpoints, log, offline ? 'deferred' : 'withTables');
      return new ProjectionEngine(options, database, checkpoints, versions, log);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Follows the log until {@link stop}; waits for the log in the background when it is away. */
  start(): void {
    this.starting = this.begin();
  }

  /** Finishes the running batch and closes the database. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.starting;
    await this.lanes.stop();
    this.waiters.giveUp();
    this.database.close();
  }

  get position(): bigint {
    return this.served.position ?? this.head;
  }

  positionOf(projection: string): bigint {
    return this.served.positionOf(projection);
  }

  /** Events taken from the log since the start, over all subscriptions. */
  get eventsTaken(): number {
    return this.taken;
  }

  all<Row>(sql: string, ...parameters: readonly (string | number | null)[]): Row[] {
    return this.database.query(sql).all(...parameters) as Row[];
  }

  get<Row>(sql: string, ...parameters: readonly (string | number | null)[]): Row | undefined {
    return this.database.query(sql).get(...parameters) as Row | undefined;
  }

  async waitFor(
    position: bigint,
    { timeoutMs, projections }: { timeoutMs: number; projections?: readonly string[] },
  ): Promise<void> {
    return this.waiters.wait(position, timeoutMs, projections);
  }

  trustworthy(...projections: readonly string[]): boolean {
    return this.served.trustworthy(projections);
  }

  /** One entry per version that has code. The lag is against the head as last seen; each call asks for it anew. */
  status(): readonly ProjectionStatus[] {
    this.refreshHead();
    return this.served.status(this.head, (run) => this.lanes.isLive(run));
  }

  /** Makes the indexes that were left out while the tables were filled. */
  createIndexes(): void {
    for (const projection of this.options.projections) {
      const { name, version } = projection;
      if (!this.served.runs.some((run) => run.name === name && run.version === version)) continue;
      this.database.transaction(() => this.versions.createIndexes(projection));
    }
  }

  private adoptVersions(): void {
    const plans = this.database.transaction(() => this.versions.reconcile(this.options.projections));
    this.served.adopt(plans, this.database.db);
  }

  private async begin(): Promise<void> {
    const { store } = this.options;
    const { signal } = this.ending;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        this.sawHead(await store.head());
        const presence = await presenceOfAll(
          store,
          this.checkpoints.list().map(({ mark }) => mark),
        );
        if (signal.aborted) return;
        if (presence === 'absent' && attempt < ABSENT_ATTEMPTS) throw new Error(NOT_THERE);
        if (presence !== 'there') this.startOver();
        this.lanes.start(this.laneContext(), this.served.runs);
        return;
      } catch (error) {
        const delay = retryDelay(attempt);
        this.laneEvents.lost(error, delay);
        await pause(delay, signal);
      }
    }
  }

  private startOver(): void {
    this.log.warn({}, 'the log is not the one the read models were filled from: they are built anew');
    this.database.transaction(() => this.versions.dropAll());
    this.adoptVersions();
  }

  private laneContext(): LaneContext {
    const { store, offline = false } = this.options;
    const { database, checkpoints, laneEvents: events } = this;
    return { store, database, checkpoints, events, batchSize: offline ? OFFLINE_BATCH : SERVICE_BATCH };
  }

  private readonly laneEvents: LaneEvents = {
    meetingPoint: (lane, until) => this.lanes.meetingPoint(lane, until),
    advanced: (lane, events) => {
      this.taken += events;
      this.sawHead(lane.position);
      const home = this.lanes.merge(lane);
      if (home.live) for (const run of home.runs) this.reachedEnd(run);
      this.waiters.check();
    },
    stopped: (run, { position, eventType, message }) => {
      const { name: projection, version } = run;
      this.log.error(
        { projection, version, position: `${position}`, eventType, reason: message },
        'a projection has stopped',
      );
      this.waiters.check();
    },
    recovered: ({ name: projection, version }) => {
      this.log.info({ projection, version }, 'a projection that had stopped goes on');
    },
    lost: (error, retryInMs) => {
      this.log.warn({ reason: messageOf(error), retryInMs }, 'the read models do not follow the log for now');
    },
    broken: (error) => this.breakDown(error),
  };

  private reachedEnd(run: ProjectionRun): void {
    run.caughtUp = true;
    if (run.serving) return;
    this.database.transaction(() => this.versions.switchTo(run.stored));
    const before = this.served.replaceBy(run);
    if (before !== undefined) this.lanes.release(before);
    const { name: projection, version } = run;
    this.log.info({ projection, version }, 'a new version of a read model is live');
  }

  /** Going on could only make it worse: nothing moves any more, queries are still answered. */
  private breakDown(error: unknown): void {
    if (this.served.fault !== undefined) return;
    this.served.fault = messageOf(error);
    this.log.error({ reason: this.served.fault }, 'all read models have stopped');
    void this.lanes.stop();
    // This process keeps what it has open; the next start finds no file and builds it anew.
    if (isCorruption(error)) removeDatabase(this.database.path);
    this.waiters.check();
  }

  private sawHead(position: bigint): void {
    if (position > this.head) this.head = position;
  }

  private refreshHead(): void {
    if (this.headAsked || this.ending.signal.aborted) return;
    this.headAsked = true;
    const done = (): void => void (this.headAsked = false);
    this.options.store.head().then((position) => {
      this.sawHead(position);
      done();
    }, done);
  }
}
