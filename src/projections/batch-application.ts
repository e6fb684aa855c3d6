import type { DecodedBatch } from './batch.js';
import type { Checkpoints, Failure } from './checkpoints.js';
import { EventRefused, type ProjectionRun } from './projection-run.js';
import type { ReadModelDatabase } from './read-model-database.js';
import { isCorruption, isEnvironmental } from './sqlite-errors.js';

/** A projection that could not take an event: where it stands now, and why. */
export interface Stop {
  /** Index of the event in the batch. */
  readonly at: number;
  /** Of the event before it. */
  readonly position: bigint;
  readonly failure: Failure;
}

type Stops = ReadonlyMap<ProjectionRun, Stop>;

const NO_STOPS: Stops = new Map();

/**
 * Applies a batch to all `runs` and moves their checkpoints, in one transaction. A projection that refuses an event is
 * brought exactly up to the one before it; the others get the whole batch.
 */
export const applyBatch = (
  { database, checkpoints }: { readonly database: ReadModelDatabase; readonly checkpoints: Checkpoints },
  runs: readonly ProjectionRun[],
  batch: DecodedBatch,
  from: bigint,
  to: bigint,
): Stops =>
  database.transaction(() => {
    let stops: Map<ProjectionRun, Stop> | undefined;
    for (const run of runs) {
      if (!run.concerns(batch)) continue;
      const stop = applyOne(database, run, batch, from);
      if (stop === undefined) continue;
      stops ??= new Map<ProjectionRun, Stop>();
      stops.set(run, stop);
    }
    const going = stops === undefined ? runs : runs.filter((run) => stops.has(run) !== true);
    if (going.length > 0) checkpoints.move(going, from, to, batch.events.at(-1));
    for (const run of going) {
      if (run.failure !== undefined && to >= run.failure.position) checkpoints.clearFailure(run.id);
    }
    for (const [run, { at, position, failure }] of stops ?? NO_STOPS) {
      checkpoints.move([run], from, position, batch.events[at - 1]);
      checkpoints.fail(run.id, failure);
    }
    return stops ?? NO_STOPS;
  });

const applyOne = (
  database: ReadModelDatabase,
  run: ProjectionRun,
  batch: DecodedBatch,
  from: bigint,
): Stop | undefined => {
  let stop: Stop | undefined;
  // What it wrote before the refused event was undone with the rest, so the shorter batch is applied again.
  for (let count = batch.events.length; ;) {
    const upTo = count;
    try {
      database.attempt(() => run.apply(batch, upTo));
      return stop;
    } catch (error) {
      if (!(error instanceof EventRefused)) throw error;
      if (isEnvironmental(error.cause) || isCorruption(error.cause)) throw error.cause;
      count = error.index;
      stop = stopAt(batch, error, from);
    }
  }
};

const stopAt = ({ events }: DecodedBatch, { index, event, message }: EventRefused, from: bigint): Stop => ({
  at: index,
  position: events[index - 1]?.position ?? from,
  failure: { position: event.position, eventType: event.type, message },
});
