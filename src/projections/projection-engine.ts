import { BEFORE_ALL, type EventStore } from '../event-store/event-store.js';
import { Checkpoints, type EventMark, type Failure } from './checkpoints.js';
import { silentLog, type EngineLog } from './engine-log.js';
import { Lane, type LaneEvents } from './lane.js';
import { PositionWaiters, type Standing } from './position-waiters.js';
import {
  ProjectionFailed,
  ReadModels,
  type Projection,
  type ProjectionState,
  type ProjectionStatus,
} from './projection.js';
import { ProjectionRun } from './projection-run.js';
import { ReadModelDatabase, removeDatabase } from './read-model-database.js';
import { pause, retryDelay } from './retry.js';
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

/** The version of a projection that answers queries; a plain object when there is no code for it any more. */
interface Serving {
  readonly version: number;
  readonly position: bigint;
  readonly failure?: Failure | undefined;
}

/** Short enough that requests which come in during a catch-up don't wait for long. */
const SERVICE_BATCH = 500;
const OFFLINE_BATCH = 2_000;

/** Feeds the read models from the log, and answers queries from them. */
export class ProjectionEngine extends ReadModels {
  private readonly waiters = new PositionWaiters((position, names) => this.standing(position, names));
  private readonly ending = new AbortController();
  private starting: Promise<void> = Promise.resolve();
  private serving = new Map<string, Serving>();
  private runs: readonly ProjectionRun[] = [];
  private lanes: readonly Lane[] = [];
  private head = BEFORE_ALL;
  private headAsked = false;
  private taken = 0;
  private fault: string | undefined;

  private constructor(
    private readonly options: EngineOptions,
    private readonly database: ReadModelDatabase,
    private readonly checkpoints: Checkpoints,
    private readonly versions: Versions,
    private readonly log: EngineLog,
  ) {
    super();
    this.prepareRuns();
  }

  /** Opens the database, brings its tables in line with the projections' versions, and can answer queries at once. */
  static open(options: EngineOptions): ProjectionEngine {
    const { path, projections, log = silentLog, offline = false } = options;
    checkProjections(projections);
    const database = ReadModelDatabase.open(path, log, { durable: !offline });
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
    await Promise.all(this.lanes.map((lane) => lane.stop()));
    this.waiters.giveUp();
    this.database.close();
  }

  get position(): bigint {
    let least: bigint | undefined;
    for (const { position } of this.serving.values()) {
      if (least === undefined || position < least) least = position;
    }
    return least ?? this.head;
  }

  positionOf(projection: string): bigint {
    return this.servingOf(projection).position;
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

  waitFor(
    position: bigint,
    { timeoutMs, projections }: { timeoutMs: number; projections?: readonly string[] },
  ): Promise<void> {
    return this.waiters.wait(position, timeoutMs, projections);
  }

  trustworthy(...projections: readonly string[]): boolean {
    return projections.every((name) => {
      const serving = this.servingOf(name);
      return (
        this.fault === undefined &&
        serving instanceof ProjectionRun &&
        serving.failure === undefined &&
        serving.caughtUp
      );
    });
  }

  /** One entry per version that has code; asks the log for its head, for the next time. */
  status(): readonly ProjectionStatus[] {
    this.refreshHead();
    return this.runs.map((run) => {
      const { name, version, position } = run;
      const lag = this.head > position ? this.head - position : 0n;
      const error = this.errorOf(run);
      return { name, version, position, lag, state: this.stateOf(run), ...(error && { error }) };
    });
  }

  /** Makes the indexes that were left out while the tables were filled. */
  createIndexes(): void {
    for (const projection of this.options.projections) {
      if (!this.runs.some(({ name, version }) => name === projection.name && version === projection.version))
        continue;
      this.database.transaction(() => this.versions.createIndexes(projection));
    }
  }

  private prepareRuns(): void {
    const plans = this.database.transaction(() => this.versions.reconcile(this.options.projections));
    const runs: ProjectionRun[] = [];
    this.serving = new Map();
    for (const { name, live, building } of plans) {
      const run = live.projection && new ProjectionRun(this.database.db, live.projection, live.stored);
      if (run !== undefined) runs.push(run);
      this.serving.set(name, run ?? live.stored);
      if (building !== undefined) {
        runs.push(new ProjectionRun(this.database.db, building.projection, building.stored));
      }
    }
    this.runs = runs;
  }

  private async begin(): Promise<void> {
    const { signal } = this.ending;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        this.sawHead(await this.options.store.head());
        const replaced = await this.logWasReplaced();
        if (signal.aborted) return;
        if (replaced) this.startOver();
        this.makeLanes();
        return;
      } catch (error) {
        const delay = retryDelay(attempt);
        this.laneEvents.lost(error, delay);
        await pause(delay, signal);
      }
    }
  }

  /** Whether an event that was applied is not in the log any more, as after putting back a backup. */
  private async logWasReplaced(): Promise<boolean> {
    const checked = new Set<string>();
    for (const { mark } of this.runs) {
      if (mark === undefined || checked.has(mark.id)) continue;
      checked.add(mark.id);
      if (!(await this.isInLog(mark))) return true;
    }
    return false;
  }

  private async isInLog({ stream, revision, id }: EventMark): Promise<boolean> {
    for await (const event of this.options.store.readStream(stream, { from: revision, limit: 1 })) {
      return event.id === id;
    }
    return false;
  }

  private startOver(): void {
    this.log.warn({}, 'the log is not the one the read models were filled from: they are built anew');
    this.database.transaction(() => this.versions.dropAll());
    this.prepareRuns();
  }

  /** Runs at the same position move together. */
  private makeLanes(): void {
    const { store, offline = false } = this.options;
    const { database, checkpoints, laneEvents: events } = this;
    const context = {
      store,
      database,
      checkpoints,
      events,
      batchSize: offline ? OFFLINE_BATCH : SERVICE_BATCH,
    };
    const byPosition = new Map<bigint, ProjectionRun[]>();
    for (const run of this.runs) {
      const together = byPosition.get(run.position);
      if (together === undefined) byPosition.set(run.position, [run]);
      else together.push(run);
    }
    this.lanes = [...byPosition].map(([position, runs]) => new Lane(context, runs, position));
    for (const lane of this.lanes) lane.start();
  }

  private readonly laneEvents: LaneEvents = {
    meetingPoint: (lane, until) => {
      let nearest: bigint | undefined;
      for (const { position, stopping } of this.lanes) {
        if (stopping || position <= lane.position || position > until) continue;
        if (nearest === undefined || position < nearest) nearest = position;
      }
      return nearest;
    },
    advanced: (lane, events) => {
      this.taken += events;
      this.sawHead(lane.position);
      const home = this.merge(lane);
      if (home.live) for (const run of home.runs) this.reachedEnd(run);
      this.waiters.check();
    },
    stopped: (run, { position, eventType, message }) => {
      const { name: projection, version } = run;
      this.log.error(
        { projection, version, position, eventType, reason: message },
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

  /** A lane that has reached another one joins it; returns the one that goes on. */
  private merge(lane: Lane): Lane {
    const other = this.lanes.find(
      (candidate) => candidate !== lane && !candidate.stopping && candidate.position === lane.position,
    );
    if (other === undefined) return lane;
    const { runs } = lane;
    for (const run of runs) lane.leave(run);
    other.join(runs);
    this.lanes = this.lanes.filter((candidate) => candidate !== lane);
    return other;
  }

  private reachedEnd(run: ProjectionRun): void {
    run.caughtUp = true;
    if (run.serving) return;
    const { name: projection, version } = run;
    this.database.transaction(() => this.versions.switchTo(run.stored));
    const before = this.serving.get(projection);
    if (before instanceof ProjectionRun) for (const lane of this.lanes) lane.leave(before);
    run.serving = true;
    this.serving.set(projection, run);
    this.runs = this.runs.filter((other) => other !== before);
    this.log.info({ projection, version, before: before?.version }, 'a new version of a read model is live');
  }

  /** Going on could only make it worse: nothing moves any more, queries are still answered. */
  private breakDown(error: unknown): void {
    if (this.fault !== undefined) return;
    this.fault = messageOf(error);
    this.log.error({ reason: this.fault }, 'all read models have stopped');
    for (const lane of this.lanes) void lane.stop();
    // This process keeps what it has open; the next start finds no file and builds it anew.
    if (isCorruption(error)) removeDatabase(this.database.path);
    this.waiters.check();
  }

  private standing(position: bigint, names: readonly string[] | undefined): Standing {
    let standing: Standing = 'passed';
    for (const name of names ?? this.serving.keys()) {
      const serving = this.servingOf(name);
      if (serving.position >= position) continue;
      const error = this.errorOf(serving);
      if (error !== undefined) return new ProjectionFailed(name, error);
      standing = 'behind';
    }
    return standing;
  }

  private servingOf(name: string): Serving {
    const serving = this.serving.get(name);
    if (serving === undefined) throw new Error(`there is no projection ${name}`);
    return serving;
  }

  private errorOf({ failure, position }: Serving): ProjectionStatus['error'] {
    if (failure !== undefined) return failure;
    return this.fault === undefined ? undefined : { position, eventType: null, message: this.fault };
  }

  private stateOf(run: ProjectionRun): ProjectionState {
    if (this.fault !== undefined || run.failure !== undefined) return 'failed';
    if (!run.serving) return 'rebuilding';
    return this.lanes.some((lane) => lane.live && lane.runs.includes(run)) ? 'live' : 'catchingUp';
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
