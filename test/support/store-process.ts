import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../../src/event-store/event-store.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';

/**
 * A process of its own that opens the log in the folder of its first argument, and then does what its second one says:
 * `hold` keeps it open, `write` appends until it is killed, `fill` appends until it can't. Its parent hears of all of it.
 */
export type StoreProcessMessage =
  | { readonly kind: 'open' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'acknowledged'; readonly stream: string; readonly revision: number; readonly id: string }
  | {
      readonly kind: 'failed';
      readonly name: string;
      readonly message: string;
      readonly id: string;
      readonly reachable: boolean;
      readonly readable: number;
    };

const tell = (message: StoreProcessMessage): void => {
  process.send!(message);
};

const newEvent = (characters: number): NewEvent => ({
  id: randomUUID(),
  type: 'SomethingHappened',
  data: { text: 'x'.repeat(characters) },
  metadata: {
    occurredAt: '2026-05-04T03:02:01.000Z',
    schemaVersion: 1,
    actor: { kind: 'system', id: 'test' },
    credential: { type: 'none', id: null },
    correlationId: 'c',
    causationId: 'c',
  },
});

const appendFor = async (store: SqliteEventStore, stream: string, characters: number): Promise<never> => {
  for (let revision = 0; ; revision++) {
    const event = newEvent(characters);
    try {
      await store.append(stream, [event], revision === 0 ? 'no-stream' : BigInt(revision - 1));
    } catch (error) {
      const { name, message } = error as Error;
      let readable = 0;
      for await (const _ of store.readAll()) readable++;
      tell({ kind: 'failed', name, message, id: event.id, reachable: await store.reachable(), readable });
      await store.close();
      process.exit();
    }
    tell({ kind: 'acknowledged', stream, revision, id: event.id });
  }
};

const [dataDir, doing] = process.argv.slice(2) as [string, string];
try {
  const store = await SqliteEventStore.open({ dataDir });
  tell({ kind: 'open' });
  if (doing === 'write') {
    await Promise.all(Array.from({ length: 8 }, () => appendFor(store, `s-${randomUUID()}`, 500)));
  }
  if (doing === 'fill') await appendFor(store, 's-1', 20_000);
} catch (error) {
  tell({ kind: 'refused', message: (error as Error).message });
  process.disconnect();
}
