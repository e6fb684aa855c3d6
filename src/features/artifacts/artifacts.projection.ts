import type { Projection } from '../../projections/projection.js';

/** One row per artifact that is registered and not withdrawn. */
export const artifactsProjection: Projection = {
  name: 'artifacts',
  version: 1,
  tables: ['artifacts'],

  schema: ({ artifacts }) => [
    `CREATE TABLE ${artifacts} (
      kind TEXT NOT NULL,
      artifact_id TEXT NOT NULL,
      registered_at_position INTEGER NOT NULL,
      name TEXT NOT NULL,
      version TEXT,
      workspace_id INTEGER,
      model_group_id TEXT,
      number INTEGER,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL,
      revision INTEGER NOT NULL,
      position INTEGER NOT NULL,
      PRIMARY KEY (kind, artifact_id)
    ) STRICT, WITHOUT ROWID`,
  ],

  indexes: ({ artifacts }) => [
    `CREATE UNIQUE INDEX ${artifacts}_oldest ON ${artifacts} (kind, registered_at_position)`,
  ],

  handlers: (db, { artifacts }) => {
    const insert = db.prepare(`INSERT INTO ${artifacts} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    const change = db.prepare(
      `UPDATE ${artifacts} SET name = ?, version = ?, workspace_id = ?, model_group_id = ?,
         updated_at = ?, revision = ?, position = ?
       WHERE kind = ? AND artifact_id = ?`,
    );
    const remove = db.prepare(`DELETE FROM ${artifacts} WHERE kind = ? AND artifact_id = ?`);
    return {
      ArtifactRegistered: ({ data, metadata: { occurredAt }, revision, position }) => {
        insert.run(
          data.kind,
          data.artifactId,
          position,
          data.name,
          data.version,
          data.workspaceId,
          data.modelGroupId,
          data.number,
          occurredAt,
          occurredAt,
          revision,
          position,
        );
      },
      ArtifactChanged: ({ data, metadata: { occurredAt }, revision, position }) => {
        const { name, version, workspaceId, modelGroupId } = data.after;
        const facts = [name, version, workspaceId, modelGroupId];
        change.run(...facts, occurredAt, revision, position, data.kind, data.artifactId);
      },
      ArtifactWithdrawn: ({ data: { kind, artifactId } }) => {
        remove.run(kind, artifactId);
      },
    };
  },
};
