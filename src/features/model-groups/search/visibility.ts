import { isGroupAdmin, type GroupUser } from '../../../domain/model-group/group-user.js';
import type { Condition } from './compile.js';

/**
 * Which groups a search may show: public ones, those that the user shares a role with, and his own private ones. `null`:
 * access control doesn't apply to whoever asks.
 */
export const visibleTo = (user: GroupUser | null): Condition => {
  if (user === null || isGroupAdmin(user)) return { sql: '1', parameters: [] };
  return {
    sql: `(g.access = 'public'
      OR g.group_id IN (SELECT group_id FROM model_group_roles WHERE role IN (SELECT value FROM json_each(?)))
      OR (g.access = 'private' AND g.owner_id = ?))`,
    parameters: [JSON.stringify(user.backendRoles), user.userId],
  };
};
