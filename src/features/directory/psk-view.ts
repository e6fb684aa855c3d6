import { isUsable, type KeyState } from '../../domain/directory/psk.decider.js';
import type { PskView } from './directory.view.js';

type KnownKey = Omit<KeyState, 'publicId' | 'digest'>;

/** @param now RFC 3339, UTC */
export const pskStatus = (key: KnownKey, now: string): PskView['status'] => {
  if (key.status === 'revoked') return 'revoked';
  if (isUsable(key, now)) return key.status === 'current' ? 'active' : 'overlapping';
  return key.validUntil !== null && key.validUntil <= now ? 'expired' : 'replaced';
};

export const pskViewOf = (key: KnownKey, now: string, lastUsedAt: string | null): PskView => ({
  pskId: key.pskId,
  userId: key.userId,
  description: key.description,
  validUntil: key.validUntil,
  status: pskStatus(key, now),
  overlapUntil: key.overlapUntil,
  createdAt: key.createdAt,
  updatedAt: key.updatedAt,
  lastUsedAt,
});
