import { mapOf, object, orNull, text, whole } from './schema.js';

/** Of each event type the schema of its data in every version, the first one first. */
export const requestEventSchemas = {
  RequestAnswered: [
    object({
      fingerprint: text,
      status: whole(100),
      headers: mapOf(text),
      personal: mapOf(object({ body: orNull(text) })),
    }),
  ],
} as const;
