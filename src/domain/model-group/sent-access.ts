import type { GroupUser } from './group-user.js';
import type { AccessMode } from './model-group.events.js';
import { accessRefused } from './refusals.js';

/** The access parameters of a request; `null`: not sent. */
export interface SentAccess {
  /** `null` also for a mode that is none. */
  readonly mode: AccessMode | null;
  readonly backendRoles: readonly string[] | null;
  readonly addAllBackendRoles: boolean | null;
}

export const namesRoles = ({ backendRoles }: SentAccess): boolean => (backendRoles ?? []).length > 0;

export const addsAll = ({ addAllBackendRoles }: SentAccess): boolean => addAllBackendRoles === true;

export const holdsAll = ({ backendRoles: held }: GroupUser, wanted: readonly string[]): boolean => {
  const known = new Set(held);
  return wanted.every((role) => known.has(role));
};

/** Where access control doesn't apply nobody may speak of access, not even to say no to all roles. */
export const requireNoAccess = (sent: SentAccess): void => {
  if (sent.mode !== null || sent.addAllBackendRoles !== null || namesRoles(sent))
    throw accessRefused('accessControlOff');
};
