import { randomUUID } from 'node:crypto';
import type { EventMetadata } from '../../src/event-store/event-metadata.js';
import {
  EventStoreUnavailable,
  type AppendResult,
  type EventData,
  type EventStore,
  type NewEvent,
  type RecordedEvent,
  type SubscriptionBatch,
} from '../../src/event-store/event-store.js';

/** One log under test. `open` opens it, again after a close. */
export interface StoreHarness {
  open(): Promise<EventStore>;
  /** Removes the log; called when the store is closed. */
  dispose(): Promise<void>;
}

export const metadata: EventMetadata = {
  occurredAt: '2026-05-04T03:02:01.000Z',
  schemaVersion: 1,
  actor: { kind: 'user', id: 'u-1' },
  credential: { type: 'user_psk', id: 'psk-1' },
  correlationId: 'correlation-1',
  causationId: 'request-1',
};

export const newEvent = (data: EventData = {}): NewEvent => ({
  id: randomUUID(),
  type: 'SomethingHappened',
  data,
  metadata,
});

export const newEvents = (count: number): NewEvent[] =>
  Array.from({ length: count }, (_, n) => newEvent({ n }));

export const newStream = (): string => `contract-${randomUUID()}`;

export const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
};

/**
 * Appends, again with the same ids where the store could not say in time what became of it: one on a busy machine may not.
 * Not for `any` and `stream-exists`.
 */
export const appendForSure = async (
  store: EventStore,
  stream: string,
  events: readonly NewEvent[],
  expected: bigint | 'no-stream',
): Promise<AppendResult> => {
  for (;;) {
    try {
      return await store.append(stream, events, expected);
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable)) throw error;
    }
  }
};

/** Takes batches until `done` says so, then aborts and waits for the end. */
export const takeUntil = async (
  store: EventStore,
  options: { after: bigint; batchSize?: number },
  done: (events: readonly RecordedEvent[], batch: SubscriptionBatch) => boolean | Promise<boolean>,
): Promise<{ events: RecordedEvent[]; batches: SubscriptionBatch[]; signal: AbortSignal }> => {
  const controller = new AbortController();
  const events: RecordedEvent[] = [];
  const batches: SubscriptionBatch[] = [];
  for await (const batch of store.subscribeToAll({ ...options, signal: controller.signal })) {
    events.push(...batch.events);
    batches.push(batch);
    if (await done(events, batch)) controller.abort();
  }
  return { events, batches, signal: controller.signal };
};

/** Size of an append as the limit counts it. */
export const bytesOf = (events: readonly NewEvent[]): number =>
  events.reduce(
    (sum, event) =>
      sum +
      Buffer.byteLength(JSON.stringify(event.data)) +
      Buffer.byteLength(JSON.stringify(event.metadata)) +
      2 * event.type.length,
    0,
  );

/** An event that alone makes an append of exactly `bytes`. */
export const eventOfBytes = (bytes: number): NewEvent => {
  const event = newEvent({ filler: '' });
  return { ...event, data: { filler: 'x'.repeat(bytes - bytesOf([event])) } };
};
