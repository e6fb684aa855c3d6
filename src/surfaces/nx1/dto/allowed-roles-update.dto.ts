import { StrList } from '../validation/fields.js';
import { line } from './limits.js';

/** The roles field of both bodies that carry one. */
export const ROLES = { items: line, max: 100, example: ['nx1_engineer'] } as const;

/** Replace the deployment's allow-list of Keycloak roles. */
export class AllowedRolesUpdate {
  @StrList({
    ...ROLES,
    default: [],
    description:
      'Replaces the whole list. An empty list locks the deployment to the platform PSK only, and so does leaving the field out.',
  })
  readonly allowed_roles: readonly string[];
}
