export * from './queries.js';
export { toCloudEvent, type CloudEvent } from './cloud-event.js';
