export { asyncApiDocument } from './async-api.js';
export { eventSchema } from './event-schema.js';
