import { object, orNull, position, text } from '../shared/schema.js';

/** Of each event type the schema of its data in every version, the first one first. */
export const consumerEventSchemas = {
  ConsumerPositionStored: [object({ name: text, before: orNull(position), after: position })],
  ConsumerRemoved: [object({ name: text, position })],
} as const;
