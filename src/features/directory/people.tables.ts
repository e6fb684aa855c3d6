import { namesIn } from '../../domain/directory/user.decider.js';
import type { Projection, ProjectionHandlers, TableNames } from '../../projections/projection.js';

type Database = Parameters<Projection['handlers']>[0];
/** Users and groups. Lists are JSON; `search` holds all that a search looks at, lower-cased. */
export const peopleTables = ['users', 'user_groups', 'user_roles', 'directory_groups'] as const;

export const peopleSchema = ({ users, user_groups, user_roles, directory_groups }: TableNames): string[] => [
  `CREATE TABLE ${users} (
    user_id TEXT PRIMARY KEY,
    recorded_at_position INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    username TEXT NOT NULL,
    email TEXT,
    verified_email TEXT,
    first_name TEXT,
    last_name TEXT,
    search TEXT NOT NULL,
    realm_roles TEXT NOT NULL,
    client_roles TEXT NOT NULL,
    groups_json TEXT NOT NULL,
    backend_roles TEXT NOT NULL,
    email_verified INTEGER NOT NULL,
    enabled INTEGER NOT NULL,
    source TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE ${user_groups} (
    group_id TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (group_id, user_id)
  ) STRICT, WITHOUT ROWID`,
  // The roles of clients stand as client/role, those of the realm with an empty client.
  `CREATE TABLE ${user_roles} (
    role TEXT NOT NULL, client TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (role, client, user_id)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE ${directory_groups} (
    group_id TEXT PRIMARY KEY,
    recorded_at_position INTEGER NOT NULL,
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
];

export const peopleIndexes = ({ users, user_groups, user_roles, directory_groups }: TableNames): string[] => [
  `CREATE INDEX ${users}_oldest ON ${users} (recorded_at_position)`,
  `CREATE INDEX ${users}_username ON ${users} (username)`,
  `CREATE INDEX ${users}_verified_email ON ${users} (verified_email) WHERE verified_email IS NOT NULL`,
  `CREATE INDEX ${user_groups}_of_user ON ${user_groups} (user_id)`,
  `CREATE INDEX ${user_roles}_of_user ON ${user_roles} (user_id)`,
  `CREATE INDEX ${directory_groups}_oldest ON ${directory_groups} (recorded_at_position)`,
];

export const peopleHandlers = (db: Database, tables: TableNames) => {
  const { users, user_groups, user_roles, directory_groups } = tables;
  const upsertUser = db.prepare(
    `INSERT INTO ${users} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (user_id) DO UPDATE SET
       username = excluded.username, email = excluded.email, verified_email = excluded.verified_email,
       first_name = excluded.first_name, last_name = excluded.last_name, search = excluded.search,
       realm_roles = excluded.realm_roles, client_roles = excluded.client_roles,
       groups_json = excluded.groups_json, backend_roles = excluded.backend_roles,
       email_verified = excluded.email_verified, enabled = excluded.enabled, source = excluded.source,
       updated_at = excluded.updated_at, revision = excluded.revision, position = excluded.position`,
  );
  const dropGroups = db.prepare(`DELETE FROM ${user_groups} WHERE user_id = ?`);
  const addGroup = db.prepare(`INSERT INTO ${user_groups} VALUES (?, ?)`);
  const leaveGroup = db.prepare(`DELETE FROM ${user_groups} WHERE group_id = ? AND user_id = ?`);
  const dropRoles = db.prepare(`DELETE FROM ${user_roles} WHERE user_id = ?`);
  const addRole = db.prepare(`INSERT INTO ${user_roles} VALUES (?, ?, ?)`);
  const listGroups = db.prepare(`SELECT groups_json FROM ${users} WHERE user_id = ?`);
  const setGroups = db.prepare(
    `UPDATE ${users} SET groups_json = ?, updated_at = ?, revision = ?, position = ? WHERE user_id = ?`,
  );
  const upsertGroup = db.prepare(
    `INSERT INTO ${directory_groups} VALUES (?, ?, ?, ?, ?) ON CONFLICT (group_id) DO UPDATE SET
       name = excluded.name, revision = excluded.revision, position = excluded.position`,
  );
  const deleteGroup = db.prepare(`DELETE FROM ${directory_groups} WHERE group_id = ?`);

  return {
    UserRecorded: ({ data, metadata, revision, position }) => {
      const { userId, realmRoles, clientRoles, groups, emailVerified } = data;
      const { username, email, firstName, lastName } = namesIn(data);
      const search = [userId, username, email, firstName, lastName].filter(Boolean).join('\n').toLowerCase();
      upsertUser.run(
        userId,
        position,
        metadata.occurredAt,
        username,
        email,
        emailVerified && email !== null ? email.toLowerCase() : null,
        firstName,
        lastName,
        search,
        JSON.stringify(realmRoles),
        JSON.stringify(clientRoles),
        JSON.stringify(groups),
        JSON.stringify(data.backendRoles),
        emailVerified ? 1 : 0,
        data.enabled ? 1 : 0,
        data.source,
        metadata.occurredAt,
        revision,
        position,
      );
      dropGroups.run(userId);
      for (const group of new Set(groups)) addGroup.run(group, userId);
      dropRoles.run(userId);
      for (const role of new Set(realmRoles)) addRole.run(role, '', userId);
      for (const [client, roles] of Object.entries(clientRoles))
        for (const role of new Set(roles)) addRole.run(role, client, userId);
    },

    UserLeftGroup: ({ data: { userId, groupId }, metadata, revision, position }) => {
      leaveGroup.run(groupId, userId);
      const groups = JSON.parse(String(listGroups.get(userId)?.['groups_json'] ?? '[]')) as string[];
      const left = JSON.stringify(groups.filter((group) => group !== groupId));
      setGroups.run(left, metadata.occurredAt, revision, position, userId);
    },

    GroupRecorded: ({ data: { groupId, name }, revision, position }) => {
      upsertGroup.run(groupId, position, name, revision, position);
    },

    GroupDeleted: ({ data: { groupId } }) => {
      deleteGroup.run(groupId);
    },
  } satisfies ProjectionHandlers;
};
