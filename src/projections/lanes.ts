import { Lane, type LaneContext } from './lane.js';
import type { ProjectionRun } from './projection-run.js';

/** The lanes of an engine: one as a rule, more while some projections lag behind the others. */
export class Lanes {
  private lanes: readonly Lane[] = [];

  /** Runs at the same position move together. */
  start(context: LaneContext, runs: readonly ProjectionRun[]): void {
    const byPosition = new Map<bigint, ProjectionRun[]>();
    for (const run of runs) {
      const together = byPosition.get(run.position);
      if (together === undefined) byPosition.set(run.position, [run]);
      else together.push(run);
    }
    this.lanes = [...byPosition].map(([position, together]) => new Lane(context, together, position));
    for (const lane of this.lanes) lane.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.stop()));
  }

  /** Where `lane` meets the next one ahead of it, if that is not beyond `until`. */
  meetingPoint(lane: Lane, until: bigint): bigint | undefined {
    let nearest: bigint | undefined;
    for (const { position, stopping } of this.lanes) {
      if (stopping || position <= lane.position || position > until) continue;
      if (nearest === undefined || position < nearest) nearest = position;
    }
    return nearest;
  }

  /** A lane that has reached another one joins it; returns the one that goes on. */
  merge(lane: Lane): Lane {
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

  /** Feeds this run no more. */
  release(run: ProjectionRun): void {
    for (const lane of this.lanes) if (lane.runs.includes(run)) lane.leave(run);
  }

  isLive(run: ProjectionRun): boolean {
    return this.lanes.some((lane) => lane.live && lane.runs.includes(run));
  }
}
