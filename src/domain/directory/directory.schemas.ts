import { flag, instant, listOf, mapOf, object, oneOf, orNull, text } from '../shared/schema.js';

const personNames = object({
  username: text,
  email: orNull(text),
  firstName: orNull(text),
  lastName: orNull(text),
});

const group = object({ groupId: text, name: text });

const psk = {
  pskId: text,
  userId: text,
  publicId: text,
  digest: text,
  description: orNull(text),
  validUntil: orNull(instant),
};

/** Of each event type the schema of its data in every version, the first one first. */
export const directoryEventSchemas = {
  UserRecorded: [
    object({
      userId: text,
      realmRoles: listOf(text),
      clientRoles: mapOf(listOf(text)),
      groups: listOf(text),
      backendRoles: listOf(text),
      emailVerified: flag,
      enabled: flag,
      source: oneOf('directory', 'token'),
      statedAt: instant,
      personal: mapOf(personNames),
    }),
  ],
  UserLeftGroup: [object({ userId: text, groupId: text })],
  GroupRecorded: [group],
  GroupDeleted: [group],
  PskIssued: [object(psk)],
  PskRegenerated: [object({ ...psk, replacedPskId: text, overlapUntil: orNull(instant) })],
  PskRevoked: [object({ pskId: text, userId: text })],
  SessionEnded: [
    object({ sessionId: orNull(text), userId: orNull(text), endedAt: instant, logoutTokenId: text }),
  ],
} as const;
