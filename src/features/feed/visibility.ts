import { BOOKKEEPING_AGGREGATES, splitStreamName } from '../../domain/events.js';
import type { Caller } from '../../domain/shared/caller.js';
import type { WorkspaceReader } from '../workspaces/index.js';

/** Per aggregate, whether a user may read the entity with this id; an aggregate that is missing here is for admins only. */
type Rule = (id: string, caller: Caller, workspaces: WorkspaceReader) => boolean;
const OPEN_TO_USERS: Readonly<Record<string, Rule>> = {
  // Names and states of deployments are no secret within the organisation.
  deployment: () => true,
  user: (id, caller) => id === caller.userId,
  // All keys of one user, under the user's id.
  psk: (id, caller) => id === caller.userId,
  workspace: (id, caller, workspaces) => workspaces.maySee(Number(id), caller),
};

/** Whether events of this stream may be handed to the caller. Bookkeeping is handed to nobody. */
export const mayFollow = (caller: Caller, stream: string, workspaces: WorkspaceReader): boolean => {
  const { aggregate, id } = splitStreamName(stream);
  if (BOOKKEEPING_AGGREGATES.includes(aggregate)) return false;
  if (caller.kind === 'platform' || caller.isAdmin) return true;
  return (
    Object.hasOwn(OPEN_TO_USERS, aggregate) && OPEN_TO_USERS[aggregate]?.(id, caller, workspaces) === true
  );
};
