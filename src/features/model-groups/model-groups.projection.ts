import type { ArtifactKind } from '../../domain/artifact/artifact.events.js';
import type { GroupFacts, ModelGroupRegistered } from '../../domain/model-group/model-group.events.js';
import type { Projection } from '../../projections/projection.js';
import { indexes, MODEL_GROUPS, schema, TABLES } from './model-groups.tables.js';
import { wordsJson } from './words.js';

/** What a deployment can run. */
const isModel = (kind: ArtifactKind): boolean => kind === 'model' || kind === 'modelPackage';

/** The owner as he is shown, in the words of the clients; empty name: his data was erased. */
const ownerOf = ({ ownerId, owner, personal }: ModelGroupRegistered['data']) =>
  owner === null || ownerId === null
    ? null
    : { name: personal[ownerId]?.name ?? '', backendRoles: owner.backendRoles, roles: owner.roles };

const wordsOfOwner = (owner: NonNullable<ReturnType<typeof ownerOf>>): string => {
  const { name, backendRoles, roles } = owner;
  return `{"name":${wordsJson([name])},"backendRoles":${wordsJson(backendRoles)},"roles":${wordsJson(roles)}}`;
};

/** In the order of the columns. */
const factColumns = ({ name, description, access, backendRoles }: GroupFacts) =>
  [
    name,
    description,
    access,
    backendRoles === null ? null : JSON.stringify(backendRoles),
    wordsJson([name]),
    wordsJson(description === null ? [] : [description]),
    wordsJson(backendRoles ?? []),
  ] as const;

/** Groups as they are shown, searched and asked about. */
export const modelGroupsProjection: Projection = {
  name: MODEL_GROUPS,
  version: 1,
  tables: TABLES,
  schema,
  indexes,

  handlers: (db, { model_groups, model_group_roles, model_group_models, model_group_model_names }) => {
    const insert = db.prepare(
      `INSERT INTO ${model_groups} (name, description, access, backend_roles, name_words, description_words,
         backend_roles_words, group_id, registered_at_position, owner_id, owner, owner_words, created_time,
         last_updated_time, latest_version, version, revision, position)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
         (SELECT count(*) FROM ${model_group_models} WHERE group_id = ? AND kind = 'model' AND registered = 1), ?, ?, ?)`,
    );
    const change = db.prepare(
      `UPDATE ${model_groups} SET name = ?, description = ?, access = ?, backend_roles = ?, name_words = ?,
         description_words = ?, backend_roles_words = ?, last_updated_time = ?, version = ?, revision = ?, position = ?
       WHERE group_id = ?`,
    );
    const touch = db.prepare(`UPDATE ${model_groups} SET revision = ? WHERE group_id = ?`);
    const remove = db.prepare(`DELETE FROM ${model_groups} WHERE group_id = ?`);
    const count = db.prepare(
      `UPDATE ${model_groups} SET latest_version = latest_version + ?, last_updated_time = max(last_updated_time, ?)
       WHERE group_id = ?`,
    );
    const addRole = db.prepare(`INSERT OR IGNORE INTO ${model_group_roles} VALUES (?, ?)`);
    const removeRoles = db.prepare(`DELETE FROM ${model_group_roles} WHERE group_id = ?`);
    const setModel = db.prepare(
      `INSERT INTO ${model_group_models} VALUES (?, ?, ?, 1) ON CONFLICT (kind, artifact_id)
       DO UPDATE SET group_id = excluded.group_id, registered = 1`,
    );
    const addName = db.prepare(`INSERT OR IGNORE INTO ${model_group_model_names} VALUES (?, ?, ?)`);
    const withdraw = db.prepare(
      `UPDATE ${model_group_models} SET registered = 0 WHERE kind = ? AND artifact_id = ? RETURNING group_id`,
    );

    const setRoles = (groupId: string, roles: readonly string[] | null): void => {
      removeRoles.run(groupId);
      for (const role of roles ?? []) addRole.run(role, groupId);
    };
    const counted = (kind: ArtifactKind, groupId: string | null, difference: number, time: number): void => {
      if (kind === 'model' && groupId !== null) count.run(difference, time, groupId);
    };

    return {
      ModelGroupRegistered: ({ data, metadata: { occurredAt }, revision, position }) => {
        const { modelGroupId, ownerId, version, backendRoles } = data;
        const owner = ownerOf(data);
        const time = Date.parse(occurredAt);
        insert.run(
          ...factColumns(data),
          modelGroupId,
          position,
          ownerId,
          owner && JSON.stringify(owner),
          owner && wordsOfOwner(owner),
          time,
          time,
          modelGroupId,
          version,
          revision,
          position,
        );
        setRoles(modelGroupId, backendRoles);
      },

      ModelGroupUpdated: ({ data, metadata: { occurredAt }, revision, position }) => {
        const { modelGroupId, version, after } = data;
        change.run(...factColumns(after), Date.parse(occurredAt), version, revision, position, modelGroupId);
        setRoles(modelGroupId, after.backendRoles);
      },

      ModelGroupDeleted: ({ data: { modelGroupId } }) => {
        remove.run(modelGroupId);
        removeRoles.run(modelGroupId);
      },

      ModelGroupNameForfeited: ({ data: { modelGroupId }, revision }) => {
        touch.run(revision, modelGroupId);
      },

      ArtifactRegistered: ({ data, metadata: { occurredAt } }) => {
        const { kind, artifactId, name, modelGroupId } = data;
        if (!isModel(kind)) return;
        setModel.run(kind, artifactId, modelGroupId);
        addName.run(kind, name, artifactId);
        counted(kind, modelGroupId, 1, Date.parse(occurredAt));
      },

      ArtifactChanged: ({ data: { kind, artifactId, before, after }, metadata: { occurredAt } }) => {
        if (!isModel(kind)) return;
        setModel.run(kind, artifactId, after.modelGroupId);
        addName.run(kind, after.name, artifactId);
        if (before.modelGroupId === after.modelGroupId) return;
        counted(kind, before.modelGroupId, -1, Date.parse(occurredAt));
        counted(kind, after.modelGroupId, 1, Date.parse(occurredAt));
      },

      ArtifactWithdrawn: ({ data: { kind, artifactId }, metadata: { occurredAt } }) => {
        if (!isModel(kind)) return;
        const row = withdraw.get(kind, artifactId) as { group_id: string | null } | undefined;
        counted(kind, row?.group_id ?? null, -1, Date.parse(occurredAt));
      },
    };
  },
};
