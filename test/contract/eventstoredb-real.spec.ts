import { describe, it } from '@jest/globals';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { eventStoreContract } from './event-store.contract.js';

const url = process.env['TEST_EVENTSTOREDB_URL'];

if (url === undefined) {
  describe('event store contract: a real EventStoreDB', () => {
    it.skip('is not run: TEST_EVENTSTOREDB_URL names none', () => undefined);
  });
} else {
  eventStoreContract('a real EventStoreDB', async () => ({
    open: async () => EventStoreDbEventStore.open({ url }),
    dispose: async () => undefined,
  }));
}
