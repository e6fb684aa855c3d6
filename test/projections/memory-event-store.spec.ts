import { afterAll, beforeAll, describe } from '@jest/globals';
import { readContract } from '../contract/read.contract.js';
import { subscriptionContract } from '../contract/subscription.contract.js';
import { MemoryEventStore } from '../support/memory-event-store.js';

// What the engine's tests rely on: it reads and subscribes as the real adapters do.
describe('the log in memory that tests use', () => {
  let store: MemoryEventStore;
  const subject = {
    get store() {
      return store;
    },
    restart: () => Promise.resolve(),
  };
  beforeAll(() => void (store = new MemoryEventStore()));
  afterAll(() => store.close());
  describe('read', () => readContract(subject));
  describe('subscribe', () => subscriptionContract(subject));
});
