import { afterAll, beforeAll, describe } from '@jest/globals';
import type { EventStore } from '../../src/event-store/event-store.js';
import { appendContract } from './append.contract.js';
import type { StoreHarness } from './event-store.fixtures.js';
import { lifecycleContract } from './lifecycle.contract.js';
import { readContract } from './read.contract.js';
import { subscriptionContract } from './subscription.contract.js';

/** The store while a suite runs. */
export interface StoreUnderTest {
  readonly store: EventStore;
  /** Closes it and opens the same log again. */
  restart(): Promise<void>;
}

/**
 * What every adapter promises (see `EventStore`). Nothing here needs an empty log: positions are compared with each other,
 * stream names are new.
 */
export const eventStoreContract = (name: string, makeHarness: () => Promise<StoreHarness>): void => {
  describe(`event store contract: ${name}`, () => {
    let harness: StoreHarness;
    let store: EventStore;
    const subject: StoreUnderTest = {
      get store() {
        return store;
      },
      restart: async () => {
        await store.close();
        store = await harness.open();
      },
    };

    beforeAll(async () => {
      harness = await makeHarness();
      store = await harness.open();
    });
    afterAll(async () => {
      await store.close();
      await harness.dispose();
    });

    describe('append', () => appendContract(subject));
    describe('read', () => readContract(subject));
    describe('subscribe', () => subscriptionContract(subject));
    describe('restart and close', () => lifecycleContract(subject));
  });
};
