import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { ProjectionEngine } from '../../src/projections/projection-engine.js';
import { rolesProjection, trailProjection } from './projections.js';

/**
 * A process of its own that feeds the read models in the folder of its first argument, with the versions of the trail
 * that its second one lists, and tells its parent whenever it has got further, until everything is live.
 */
export interface FeederMessage {
  readonly live: boolean;
}

const [dataDir = '', versions = ''] = process.argv.slice(2);
const store = await SqliteEventStore.open({ dataDir });
const engine = ProjectionEngine.open({
  path: join(dataDir, 'read-models.db'),
  store,
  projections: [
    rolesProjection(),
    ...versions.split(',').map((version) => trailProjection({ version: Number(version) })),
  ],
});
engine.start();
for (let taken = 0, live = false; !live;) {
  await setImmediate();
  live = engine.status().every(({ state }) => state === 'live');
  if (engine.eventsTaken === taken && !live) continue;
  taken = engine.eventsTaken;
  process.send!({ live } satisfies FeederMessage);
}
await engine.stop();
await store.close();
process.disconnect();
