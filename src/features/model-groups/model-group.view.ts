import type { AccessMode } from '../../domain/model-group/model-group.events.js';

export interface OwnerView {
  /** As it was when the group was registered. */
  readonly name: string;
  readonly backendRoles: readonly string[];
  readonly roles: readonly string[];
}

/** Times in epoch milliseconds. */
export interface ModelGroupView {
  readonly modelGroupId: string;
  readonly name: string;
  readonly description: string | null;
  readonly access: AccessMode;
  readonly backendRoles: readonly string[] | null;
  readonly ownerId: string | null;
  readonly owner: OwnerView | null;
  /** Models registered in the group. */
  readonly latestVersion: number;
  readonly createdTime: number;
  readonly lastUpdatedTime: number;
  /** Writes to this id, from 1. */
  readonly version: number;
  readonly revision: bigint;
  /** Position of the group's last write. */
  readonly position: bigint;
}

/** A row of the read model `model_groups`, as far as it is shown. */
export interface ModelGroupRow {
  readonly group_id: string;
  readonly name: string;
  readonly description: string | null;
  readonly access: AccessMode;
  readonly backend_roles: string | null;
  readonly owner_id: string | null;
  readonly owner: string | null;
  readonly latest_version: number;
  readonly created_time: number;
  readonly last_updated_time: number;
  readonly version: number;
  readonly revision: number;
  readonly position: number;
}

export const SHOWN_COLUMNS = `group_id, name, description, access, backend_roles, owner_id, owner, latest_version,
  created_time, last_updated_time, version, revision, position`;

export const rowToView = (row: ModelGroupRow): ModelGroupView => ({
  modelGroupId: row.group_id,
  name: row.name,
  description: row.description,
  access: row.access,
  backendRoles: row.backend_roles === null ? null : (JSON.parse(row.backend_roles) as string[]),
  ownerId: row.owner_id,
  owner: row.owner === null ? null : (JSON.parse(row.owner) as OwnerView),
  latestVersion: row.latest_version,
  createdTime: row.created_time,
  lastUpdatedTime: row.last_updated_time,
  version: row.version,
  revision: BigInt(row.revision),
  position: BigInt(row.position),
});
