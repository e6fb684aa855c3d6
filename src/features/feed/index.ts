export * from './queries.js';
export { cloudEventJson, eventSource, toCloudEvent, type CloudEvent } from './cloud-event.js';
export { EventAccess, followsAll, isHandedOut } from './event-access.js';
export { FeedModule } from './feed.module.js';
export { matching, type FeedFilter, type Filtered } from './filter.js';
export { requireWithinLog } from './log-end.js';
export { scan } from './scan.js';
