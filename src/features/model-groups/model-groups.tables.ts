import type { TableNames } from '../../projections/projection.js';

/** Name of the read model. */
export const MODEL_GROUPS = 'model_groups';

/**
 * `model_groups`: one row per group that is there; the columns `…_words` hold what full-text search compares.
 * `model_group_roles`: who may use restricted groups. `model_group_models`: what is or was registered as an artifact that
 * can be a deployment's model, and to which group it belongs; what was withdrawn stays, so that a deployment that still runs
 * it stays where it was. `model_group_model_names`: every name that one of them ever had.
 */
export const TABLES = [
  'model_groups',
  'model_group_roles',
  'model_group_models',
  'model_group_model_names',
] as const;

export const schema = ({
  model_groups,
  model_group_roles,
  model_group_models,
  model_group_model_names,
}: TableNames): string[] => [
  `CREATE TABLE ${model_groups} (
    group_id TEXT PRIMARY KEY,
    registered_at_position INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    access TEXT NOT NULL,
    backend_roles TEXT,
    owner_id TEXT,
    owner TEXT,
    created_time INTEGER NOT NULL,
    last_updated_time INTEGER NOT NULL,
    latest_version INTEGER NOT NULL,
    name_words TEXT NOT NULL,
    description_words TEXT NOT NULL,
    backend_roles_words TEXT NOT NULL,
    owner_words TEXT,
    version INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE ${model_group_roles} (
    role TEXT NOT NULL,
    group_id TEXT NOT NULL,
    PRIMARY KEY (role, group_id)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE ${model_group_models} (
    kind TEXT NOT NULL,
    artifact_id TEXT NOT NULL,
    group_id TEXT,
    registered INTEGER NOT NULL,
    PRIMARY KEY (kind, artifact_id)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE ${model_group_model_names} (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    artifact_id TEXT NOT NULL,
    PRIMARY KEY (kind, name, artifact_id)
  ) STRICT, WITHOUT ROWID`,
];

export const indexes = ({ model_groups, model_group_roles, model_group_models }: TableNames): string[] => [
  `CREATE INDEX ${model_groups}_oldest ON ${model_groups} (registered_at_position)`,
  `CREATE INDEX ${model_groups}_name ON ${model_groups} (name)`,
  `CREATE INDEX ${model_groups}_access ON ${model_groups} (access)`,
  `CREATE INDEX ${model_groups}_owner ON ${model_groups} (owner_id)`,
  `CREATE INDEX ${model_group_roles}_group ON ${model_group_roles} (group_id)`,
  `CREATE INDEX ${model_group_models}_group ON ${model_group_models} (group_id, kind, registered)`,
];
