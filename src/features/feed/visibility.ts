import { BOOKKEEPING_AGGREGATES, splitStreamName } from '../../domain/events.js';
import type { Caller } from '../../domain/shared/caller.js';

/** Per aggregate, whether a user may read the entity with this id; an aggregate that is missing here is for admins only. */
const OPEN_TO_USERS: Readonly<Record<string, (id: string, caller: Caller) => boolean>> = {
  // Names and states of deployments are no secret within the organisation.
  deployment: () => true,
  user: (id, caller) => id === caller.userId,
  // All keys of one user, under the user's id.
  psk: (id, caller) => id === caller.userId,
};

/** Bookkeeping is handed to nobody, on no channel. */
export const isHandedOut = (stream: string): boolean =>
  !BOOKKEEPING_AGGREGATES.includes(splitStreamName(stream).aggregate);

/** Whether events of this stream may be handed to the caller. */
export const mayFollow = (caller: Caller, stream: string): boolean => {
  if (!isHandedOut(stream)) return false;
  const { aggregate, id } = splitStreamName(stream);
  if (caller.kind === 'platform' || caller.isAdmin) return true;
  return Object.hasOwn(OPEN_TO_USERS, aggregate) && OPEN_TO_USERS[aggregate]?.(id, caller) === true;
};
