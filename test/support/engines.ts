import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { EventStore } from '../../src/event-store/event-store.js';
import type { Projection, ProjectionStatus } from '../../src/projections/projection.js';
import { ProjectionEngine } from '../../src/projections/projection-engine.js';
import { MemoryEventStore } from './memory-event-store.js';

/** A folder with one database of read models and the engines on it, for one test. */
export class Engines {
  readonly folder = mkdtempSync(join(tmpdir(), 'engine-'));
  readonly path = join(this.folder, 'read-models.db');
  /** What the engines had to say. */
  readonly said: string[] = [];
  private readonly engines: ProjectionEngine[] = [];

  constructor(readonly store: EventStore = new MemoryEventStore()) {}

  open(...projections: readonly Projection[]): ProjectionEngine {
    const say = (_: object, message: string): void => void this.said.push(message);
    const log = { info: say, warn: say, error: say };
    const engine = ProjectionEngine.open({ path: this.path, store: this.store, projections, log });
    this.engines.push(engine);
    return engine;
  }

  start(...projections: readonly Projection[]): ProjectionEngine {
    const engine = this.open(...projections);
    engine.start();
    return engine;
  }

  /** Started, and as far as the log. */
  async upToDate(...projections: readonly Projection[]): Promise<ProjectionEngine> {
    const engine = this.start(...projections);
    await reach(engine, await this.store.head());
    return engine;
  }

  async close(): Promise<void> {
    for (const engine of this.engines) await engine.stop();
    rmSync(this.folder, { recursive: true });
  }
}

export const reach = (engine: ProjectionEngine, position: bigint, ...projections: string[]): Promise<void> =>
  engine.waitFor(position, { timeoutMs: 20_000, ...(projections.length > 0 && { projections }) });

/** Gives way to other work until `condition` holds. */
export const until = async (condition: () => boolean): Promise<void> => {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never came true: ${condition.toString()}`);
    await setImmediate();
  }
};

export const statusOf = (engine: ProjectionEngine, name: string, version = 1): ProjectionStatus => {
  const status = engine.status().find((one) => one.name === name && one.version === version);
  if (status === undefined) throw new Error(`no status of ${name} version ${version}`);
  return status;
};
