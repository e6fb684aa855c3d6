import { listOf, mapOf, object, oneOf, orNull, text, whole } from '../shared/schema.js';
import { ACCESS_MODES } from './model-group.events.js';

const versioned = { modelGroupId: text, version: whole(1) };
const facts = {
  name: text,
  description: orNull(text),
  access: oneOf(...ACCESS_MODES),
  backendRoles: orNull(listOf(text)),
};

/** Of each event type the schema of its data in every version, the first one first. */
export const modelGroupEventSchemas = {
  ModelGroupRegistered: [
    object({
      ...versioned,
      ...facts,
      ownerId: orNull(text),
      owner: orNull(object({ backendRoles: listOf(text), roles: listOf(text) })),
      nameClaim: text,
      personal: mapOf(object({ name: text })),
    }),
  ],
  ModelGroupUpdated: [
    object({ ...versioned, before: object(facts), after: object(facts), nameClaim: orNull(text) }),
  ],
  ModelGroupDeleted: [object({ ...versioned, name: text })],
  ModelGroupNameForfeited: [object({ modelGroupId: text, name: text, nameClaim: text })],
  ModelGroupNameReserved: [
    object({ name: text, modelGroupId: text, nameClaim: text, takenOverFrom: orNull(text) }),
  ],
} as const;
