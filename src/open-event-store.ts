import type { EventStore } from './event-store/event-store.js';
import { SqliteEventStore } from './event-store/sqlite/sqlite-event-store.js';
import type { Config } from './platform/config/config.js';

/** The log that the configuration names, whatever keeps it: the service and the tools beside it open the same one. */
export const openEventStore = ({ dataDir }: Pick<Config, 'eventStoreUrl' | 'dataDir'>): Promise<EventStore> =>
  SqliteEventStore.open({ dataDir });
