import type { EventStore } from './event-store/event-store.js';
import { ReadOnlyLog } from './event-store/sqlite/read-only-log.js';
import { SqliteEventStore } from './event-store/sqlite/sqlite-event-store.js';
import type { Config } from './platform/config/config.js';

type StoreConfig = Pick<Config, 'eventStoreUrl' | 'dataDir'>;

/** The log that the configuration names, whatever keeps it: the service and the tools beside it open the same one. */
export const openEventStore = ({ dataDir }: StoreConfig): Promise<EventStore> =>
  SqliteEventStore.open({ dataDir });

/** The same, only to be read: a service may have it open and write to it meanwhile. */
export const openLogToRead = async (
  config: StoreConfig,
): Promise<Pick<EventStore, 'head' | 'readAll' | 'close'>> =>
  config.eventStoreUrl === 'sqlite:' ? ReadOnlyLog.open(config) : openEventStore(config);
