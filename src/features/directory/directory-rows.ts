import type { DirectoryUser } from '../../platform/auth/directory.js';
import type { GroupView, RecordedUser, UserView } from './directory.view.js';

export interface UserRow {
  readonly user_id: string;
  readonly recorded_at_position: number;
  readonly recorded_at: string;
  readonly username: string;
  readonly email: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly realm_roles: string;
  readonly client_roles: string;
  readonly groups_json: string;
  readonly backend_roles: string;
  readonly email_verified: number;
  readonly enabled: number;
  readonly source: DirectoryUser['source'];
  readonly updated_at: string;
  readonly revision: number;
  readonly position: number;
}

export interface GroupRow {
  readonly group_id: string;
  readonly recorded_at_position: number;
  readonly name: string;
  /** JSON list. */
  readonly members: string;
  readonly revision: number;
  readonly position: number;
}

/** SQLite may end a text at its first NUL, and so find `a` for `a\0b`; nothing is kept under a name that has one. */
export const canBeStored = (text: string): boolean => !text.includes('\0');

const list = (json: string): readonly string[] => JSON.parse(json) as string[];

export const userOf = (row: UserRow): DirectoryUser => ({
  userId: row.user_id,
  username: row.username,
  email: row.email,
  emailVerified: row.email_verified === 1,
  firstName: row.first_name,
  lastName: row.last_name,
  realmRoles: list(row.realm_roles),
  clientRoles: JSON.parse(row.client_roles) as Record<string, string[]>,
  groups: list(row.groups_json),
  backendRoles: list(row.backend_roles),
  enabled: row.enabled === 1,
  source: row.source,
  updatedAt: row.updated_at,
});

export const userViewOf = (row: UserRow): UserView => ({
  ...userOf(row),
  revision: BigInt(row.revision),
  position: BigInt(row.position),
});

export const recordedUserOf = (row: UserRow): RecordedUser => ({
  ...userViewOf(row),
  recordedAt: row.recorded_at,
});

export const groupViewOf = (row: GroupRow): GroupView => ({
  groupId: row.group_id,
  name: row.name,
  members: list(row.members),
  revision: BigInt(row.revision),
  position: BigInt(row.position),
});
