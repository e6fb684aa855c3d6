import type { Projection, ProjectionHandlers } from '../../projections/projection.js';
import { linkHandlers, linkIndexes, linkSchema, linkTables } from './links.tables.js';

/** One row per workspace, one per member, and what is linked to it. */
export const workspacesProjection: Projection = {
  name: 'workspaces',
  version: 1,
  tables: ['workspaces', 'workspace_members', ...linkTables],

  schema: (tables) => [
    `CREATE TABLE ${tables['workspaces']} (
      workspace_id INTEGER PRIMARY KEY,
      created_at_position INTEGER NOT NULL,
      name TEXT NOT NULL,
      default_of TEXT,
      archived INTEGER NOT NULL,
      created_at TEXT NOT NULL,
      created_by TEXT NOT NULL,
      revision INTEGER NOT NULL,
      position INTEGER NOT NULL
    ) STRICT`,
    `CREATE TABLE ${tables['workspace_members']} (
      workspace_id INTEGER NOT NULL,
      user_id TEXT NOT NULL,
      user_type TEXT NOT NULL,
      joined_at_position INTEGER NOT NULL,
      PRIMARY KEY (workspace_id, user_id)
    ) STRICT, WITHOUT ROWID`,
    ...linkSchema(tables),
  ],

  indexes: (tables) => {
    const { workspaces, workspace_members } = tables;
    return [
      `CREATE UNIQUE INDEX ${workspaces}_oldest ON ${workspaces} (created_at_position)`,
      `CREATE INDEX ${workspaces}_archived ON ${workspaces} (archived, created_at_position)`,
      `CREATE INDEX ${workspaces}_name ON ${workspaces} (name, created_at_position)`,
      `CREATE UNIQUE INDEX ${workspaces}_default_of ON ${workspaces} (default_of) WHERE default_of IS NOT NULL`,
      `CREATE INDEX ${workspace_members}_of_user ON ${workspace_members} (user_id, workspace_id)`,
      `CREATE UNIQUE INDEX ${workspace_members}_oldest ON ${workspace_members} (workspace_id, joined_at_position)`,
      ...linkIndexes(tables),
    ];
  },

  handlers: (db, tables) => {
    const { workspaces, workspace_members } = tables;
    const insert = db.prepare(`INSERT INTO ${workspaces} VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?)`);
    const moveTo = db.prepare(`UPDATE ${workspaces} SET revision = ?, position = ? WHERE workspace_id = ?`);
    const rename = db.prepare(`UPDATE ${workspaces} SET name = ? WHERE workspace_id = ?`);
    const setArchived = db.prepare(`UPDATE ${workspaces} SET archived = ? WHERE workspace_id = ?`);
    const join = db.prepare(`INSERT INTO ${workspace_members} VALUES (?, ?, ?, ?)`);
    const member = 'WHERE workspace_id = ? AND user_id = ?';
    const change = db.prepare(`UPDATE ${workspace_members} SET user_type = ? ${member}`);
    const leave = db.prepare(`DELETE FROM ${workspace_members} ${member}`);

    return {
      WorkspaceCreated: ({ data: { workspaceId, name, createdAt, createdBy }, revision, position }) => {
        insert.run(workspaceId, position, name, null, createdAt, createdBy, revision, position);
        join.run(workspaceId, createdBy, 'OWNER', position);
      },
      DefaultWorkspaceProvisioned: ({ data, revision, position }) => {
        const { workspaceId, ownerId, createdAt, personal } = data;
        const name = personal[ownerId]?.name ?? '';
        insert.run(workspaceId, position, name, ownerId, createdAt, ownerId, revision, position);
        join.run(workspaceId, ownerId, 'OWNER', position);
      },
      WorkspaceMemberAdded: ({ data: { workspaceId, userId, userType }, revision, position }) => {
        join.run(workspaceId, userId, userType, position);
        moveTo.run(revision, position, workspaceId);
      },
      WorkspaceMemberRoleChanged: ({ data: { workspaceId, userId, after }, revision, position }) => {
        change.run(after, workspaceId, userId);
        moveTo.run(revision, position, workspaceId);
      },
      WorkspaceMemberRemoved: ({ data: { workspaceId, userId }, revision, position }) => {
        leave.run(workspaceId, userId);
        moveTo.run(revision, position, workspaceId);
      },
      WorkspaceRenamed: ({ data: { workspaceId, after }, revision, position }) => {
        rename.run(after, workspaceId);
        moveTo.run(revision, position, workspaceId);
      },
      WorkspaceArchived: ({ data: { workspaceId }, revision, position }) => {
        setArchived.run(1, workspaceId);
        moveTo.run(revision, position, workspaceId);
      },
      WorkspaceRestored: ({ data: { workspaceId }, revision, position }) => {
        setArchived.run(0, workspaceId);
        moveTo.run(revision, position, workspaceId);
      },
      WorkspaceNameClaimAbandoned: ({ data: { workspaceId }, revision, position }) => {
        moveTo.run(revision, position, workspaceId);
      },
      ...linkHandlers(db, tables, ({ data: { workspaceId }, revision, position }) => {
        moveTo.run(revision, position, workspaceId);
      }),
    } satisfies ProjectionHandlers;
  },
};
