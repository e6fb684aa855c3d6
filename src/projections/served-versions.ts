import type { Database } from '../event-store/sqlite/sqlite.js';
import type { Failure } from './checkpoints.js';
import type { Standing } from './position-waiters.js';
import { ProjectionFailed, type ProjectionState, type ProjectionStatus } from './projection.js';
import { ProjectionRun } from './projection-run.js';
import type { Plan } from './versions.js';

/** The version of a projection that answers queries; not a {@link ProjectionRun} when there is no code for it any more. */
interface Serving {
  readonly version: number;
  readonly position: bigint;
  readonly failure?: Failure | undefined;
}

/** Which versions answer queries and which are being built, and what may be said of them. */
export class ServedVersions {
  /** Set when nothing moves any more, and why. */
  fault: string | undefined;
  private serving = new Map<string, Serving>();
  private known: readonly ProjectionRun[] = [];

  /** Every version that has code, the served and the coming. */
  get runs(): readonly ProjectionRun[] {
    return this.known;
  }

  /** Takes over what was found in the database and in the code. */
  adopt(plans: readonly Plan[], db: Database): void {
    const runs: ProjectionRun[] = [];
    this.serving = new Map();
    for (const { name, live, building } of plans) {
      const run = live.projection && new ProjectionRun(db, live.projection, live.stored);
      if (run !== undefined) runs.push(run);
      this.serving.set(name, run ?? live.stored);
      if (building !== undefined) runs.push(new ProjectionRun(db, building.projection, building.stored));
    }
    this.known = runs;
  }

  /** Serves `next` from now on; returns what was fed in its place, if there was code for it. */
  replaceBy(next: ProjectionRun): ProjectionRun | undefined {
    const before = this.serving.get(next.name);
    next.serving = true;
    this.serving.set(next.name, next);
    this.known = this.known.filter((run) => run !== before);
    return before instanceof ProjectionRun ? before : undefined;
  }

  /** What all of them have passed; `undefined` when there are none. */
  get position(): bigint | undefined {
    let least: bigint | undefined;
    for (const { position } of this.serving.values()) {
      if (least === undefined || position < least) least = position;
    }
    return least;
  }

  positionOf(name: string): bigint {
    return this.find(name).position;
  }

  trustworthy(names: readonly string[]): boolean {
    return names.every((name) => {
      const serving = this.find(name);
      return serving instanceof ProjectionRun && serving.caughtUp && this.errorOf(serving) === undefined;
    });
  }

  standing(position: bigint, names: readonly string[] | undefined): Standing {
    let standing: Standing = 'passed';
    for (const name of names ?? this.serving.keys()) {
      const serving = this.find(name);
      if (serving.position >= position) continue;
      const error = this.errorOf(serving);
      if (error !== undefined) return new ProjectionFailed(name, error);
      standing = 'behind';
    }
    return standing;
  }

  status(head: bigint, isLive: (run: ProjectionRun) => boolean): readonly ProjectionStatus[] {
    return this.known.map((run) => {
      const { name, version, position } = run;
      const error = this.errorOf(run);
      return {
        name,
        version,
        position,
        lag: head > position ? head - position : 0n,
        state: stateOf(run, error !== undefined, isLive),
        ...(error && { error }),
      };
    });
  }

  private find(name: string): Serving {
    const serving = this.serving.get(name);
    if (serving === undefined) throw new Error(`there is no projection ${name}`);
    return serving;
  }

  private errorOf({ failure, position }: Serving): ProjectionStatus['error'] {
    if (failure !== undefined) return failure;
    return this.fault === undefined ? undefined : { position, eventType: null, message: this.fault };
  }
}

const stateOf = (
  run: ProjectionRun,
  failed: boolean,
  isLive: (run: ProjectionRun) => boolean,
): ProjectionState => {
  if (failed) return 'failed';
  if (!run.serving) return 'rebuilding';
  return isLive(run) ? 'live' : 'catchingUp';
};
