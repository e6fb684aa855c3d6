import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { eventStoreContract } from './event-store.contract.js';

eventStoreContract('embedded SQLite', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-contract-'));
  return {
    open: () => SqliteEventStore.open({ dataDir }),
    dispose: () => rm(dataDir, { recursive: true }),
  };
});
