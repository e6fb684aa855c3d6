import { namesIn, type User } from '../../domain/directory/user.decider.js';
import type { Decided } from '../../event-store/decider-runner.js';
import type { UserView } from './directory.view.js';

/** A user right after a write that recorded him. */
export const userViewOfState = ({ state, revision, position }: Decided<User>): UserView => {
  if (state.status === 'unknown') throw new Error('the user just recorded is unknown');
  const { userId, emailVerified, realmRoles, clientRoles, groups, backendRoles, enabled, source } =
    state.entry;
  return {
    userId,
    ...namesIn(state.entry),
    emailVerified,
    realmRoles,
    clientRoles,
    groups,
    backendRoles,
    enabled,
    source,
    updatedAt: state.updatedAt,
    revision,
    position,
  };
};
