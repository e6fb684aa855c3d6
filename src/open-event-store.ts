import type { EventStore } from './event-store/event-store.js';
import type { EventStoreDbEventStore } from './event-store/eventstoredb/eventstoredb-event-store.js';
import { DataFolder } from './event-store/sqlite/data-folder.js';
import { ReadOnlyLog } from './event-store/sqlite/read-only-log.js';
import { SqliteEventStore } from './event-store/sqlite/sqlite-event-store.js';
import type { Config } from './platform/config/config.js';

type StoreConfig = Pick<Config, 'eventStoreUrl' | 'dataDir'>;

/** Loaded only where it is used: the client and its protocol take their share of the memory and of the start. */
const eventStoreDb = async (): Promise<typeof EventStoreDbEventStore> =>
  (await import('./event-store/eventstoredb/eventstoredb-event-store.js')).EventStoreDbEventStore;

/** The log that the configuration names, whatever keeps it: the service and the tools beside it open the same one. */
export const openEventStore = async ({ eventStoreUrl, dataDir }: StoreConfig): Promise<EventStore> => {
  if (eventStoreUrl === 'sqlite:') return SqliteEventStore.open({ dataDir });
  // The log is elsewhere and takes many writers, but what is kept here is still one process's own.
  const folder = DataFolder.claim(dataDir);
  try {
    return (await eventStoreDb()).open({ url: eventStoreUrl, onClosed: () => folder.release() });
  } catch (error) {
    folder.release();
    throw error;
  }
};

/** The same, only to be read: a service may have it open and write to it meanwhile. */
export const openLogToRead = async (
  config: StoreConfig,
): Promise<Pick<EventStore, 'head' | 'readAll' | 'close'>> =>
  config.eventStoreUrl === 'sqlite:'
    ? ReadOnlyLog.open(config)
    : (await eventStoreDb()).open({ url: config.eventStoreUrl });

/** The same, for a tool that fills it: where the log is elsewhere it needs nothing of the folder, which a service may have. */
export const openLogToFill = async (config: StoreConfig): Promise<EventStore> =>
  config.eventStoreUrl === 'sqlite:'
    ? SqliteEventStore.open(config)
    : (await eventStoreDb()).open({ url: config.eventStoreUrl });
