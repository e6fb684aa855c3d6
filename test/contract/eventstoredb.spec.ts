import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { EventStoreDbServer } from '../support/eventstoredb-server.js';
import { eventStoreContract } from './event-store.contract.js';

eventStoreContract('EventStoreDB, against the test server', async () => {
  const server = await EventStoreDbServer.start();
  return {
    open: async () => EventStoreDbEventStore.open({ url: server.url }),
    dispose: () => server.stop(),
  };
});
