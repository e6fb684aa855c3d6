import { Inject, Injectable } from '@nestjs/common';
import { mayUseGroup, type GuardedGroup } from '../../domain/model-group/access.js';
import { isGroupAdmin } from '../../domain/model-group/group-user.js';
import type { AccessMode } from '../../domain/model-group/model-group.events.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { ReadModels } from '../../projections/projection.js';
import { groupUserOf } from './group-member.js';
import { MODEL_GROUPS } from './model-groups.tables.js';

/** The model that a deployment runs: by the artifacts it was given, else by the name it was registered with. */
export interface RunModel {
  readonly model: string;
  readonly modelId: string | null;
  readonly modelPackageId: string | null;
}

/** The group that keeps somebody from a model. */
export interface DenyingGroup {
  readonly modelGroupId: string;
  /** Both `null`: there is no such group any more. */
  readonly name: string | null;
  readonly access: AccessMode | null;
}

interface ModelsGroup extends DenyingGroup {
  readonly guard: GuardedGroup | null;
}

interface GroupRow {
  readonly group_id: string;
  readonly name: string | null;
  readonly access: AccessMode | null;
  readonly backend_roles: string | null;
  readonly owner_id: string | null;
}

const SELECT = `SELECT DISTINCT m.group_id, g.name, g.access, g.backend_roles, g.owner_id
  FROM model_group_models AS m LEFT JOIN model_groups AS g ON g.group_id = m.group_id
  WHERE m.group_id IS NOT NULL`;
const BY_ID = `${SELECT} AND m.kind = ? AND m.artifact_id = ?`;
const BY_NAME = `${SELECT} AND m.kind = 'model' AND m.artifact_id IN
  (SELECT ?1 UNION SELECT artifact_id FROM model_group_model_names WHERE kind = 'model' AND name = ?1)`;

/** Beyond this many the remembered models are dropped, so that made-up names can't fill the memory. */
const CAPACITY = 10_000;

/** Whom the groups of a deployment's model let through: one indexed read, or none while the read model stands still. */
@Injectable()
export class ModelGroupAccess {
  private readonly remembered = new Map<string, readonly ModelsGroup[]>();
  private rememberedAt: bigint | undefined;

  constructor(
    private readonly readModels: ReadModels,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** `undefined`: no group is in the way. Whose group can't be told any more is denied. */
  denial(caller: Principal, model: RunModel): DenyingGroup | undefined {
    const user = groupUserOf(caller, this.config);
    if (user === null || isGroupAdmin(user)) return undefined;
    return this.groupsOf(model).find(({ guard }) => guard === null || !mayUseGroup(user, guard));
  }

  private groupsOf(run: RunModel): readonly ModelsGroup[] {
    const position = this.readModels.positionOf(MODEL_GROUPS);
    if (position !== this.rememberedAt || this.remembered.size >= CAPACITY) {
      this.remembered.clear();
      this.rememberedAt = position;
    }
    const [kind, id] =
      run.modelId !== null
        ? (['model', run.modelId] as const)
        : run.modelPackageId !== null
          ? (['modelPackage', run.modelPackageId] as const)
          : (['name', run.model] as const);
    const key = `${kind} ${id}`;
    let groups = this.remembered.get(key);
    if (groups === undefined) {
      groups = this.read(kind, id);
      this.remembered.set(key, groups);
    }
    return groups;
  }

  /**
   * Whatever was withdrawn, or was once called so, counts with the group it is or was in: who may rename or register models
   * is not the one who may take them out of their group.
   */
  private read(kind: 'model' | 'modelPackage' | 'name', id: string): readonly ModelsGroup[] {
    // SQLite may end a text at its first NUL; nothing is stored under an id or a name that has one.
    if (id.includes('\0')) return [];
    const rows =
      kind === 'name'
        ? this.readModels.all<GroupRow>(BY_NAME, id)
        : this.readModels.all<GroupRow>(BY_ID, kind, id);
    return rows.map(toModelsGroup);
  }
}

const toModelsGroup = ({ group_id, name, access, backend_roles, owner_id }: GroupRow): ModelsGroup => ({
  modelGroupId: group_id,
  name,
  access,
  guard:
    access === null
      ? null
      : {
          access,
          backendRoles: backend_roles === null ? null : (JSON.parse(backend_roles) as string[]),
          ownerId: owner_id,
        },
});
