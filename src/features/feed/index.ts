export * from './queries.js';
export { cloudEventJson, eventSource, toCloudEvent, type CloudEvent } from './cloud-event.js';
export { matching, type FeedFilter } from './filter.js';
export { isHandedOut, mayFollow } from './visibility.js';
