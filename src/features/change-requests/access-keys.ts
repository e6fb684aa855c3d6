import type { Caller } from '../../domain/shared/caller.js';

/** A deployment is found by whoever holds one of its keys: one per allowed role, and one for its owner. */
export const roleKey = (role: string): string => `role ${role}`;

/** By directory id where the owner was known; else by what was sent, to be compared with the caller's names. */
export const ownerKeys = (ownerId: string | null, owner: string): readonly string[] => {
  if (ownerId !== null) return [`user ${ownerId}`];
  return owner === '' ? [] : [`owner ${owner}`, `mail ${owner.toLowerCase()}`];
};

/** The keys that a caller holds. */
export const keysOf = ({ userId, username, verifiedEmail, roles }: Caller): readonly string[] => [
  ...roles.map(roleKey),
  ...(userId === null ? [] : [`user ${userId}`, `owner ${userId}`]),
  ...(username === null ? [] : [`owner ${username}`]),
  ...(verifiedEmail === null ? [] : [`mail ${verifiedEmail}`]),
];
