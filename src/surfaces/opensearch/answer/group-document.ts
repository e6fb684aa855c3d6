import type { ModelGroupView } from '../../../features/model-groups/index.js';

export interface OwnerDocument {
  readonly name: string;
  readonly backend_roles: readonly string[];
  readonly roles: readonly string[];
  readonly user_requested_tenant: null;
  readonly user_requested_tenant_access: null;
  readonly custom_attribute_names: readonly string[];
}

/** Times in epoch milliseconds; what is null is left out. */
export interface GroupDocument {
  readonly name: string;
  readonly latest_version: number;
  readonly description?: string;
  readonly backend_roles?: readonly string[];
  readonly owner?: OwnerDocument;
  readonly access: string;
  readonly created_time: number;
  readonly last_updated_time: number;
}

/** A group as a search shows it: as it is stored, so that roles which were taken away are an empty list. */
export const toSource = (group: ModelGroupView): GroupDocument => {
  const { name, latestVersion, description, backendRoles, owner, access, createdTime, lastUpdatedTime } =
    group;
  return {
    name,
    latest_version: latestVersion,
    ...(description !== null && { description }),
    ...(backendRoles !== null && { backend_roles: backendRoles }),
    ...(owner && {
      owner: {
        name: owner.name,
        backend_roles: owner.backendRoles,
        roles: owner.roles,
        user_requested_tenant: null,
        user_requested_tenant_access: null,
        custom_attribute_names: [],
      },
    }),
    access,
    created_time: createdTime,
    last_updated_time: lastUpdatedTime,
  };
};

/** A group as it is shown alone: without a list of roles that is empty. */
export const toGroup = (group: ModelGroupView): GroupDocument =>
  toSource(group.backendRoles?.length === 0 ? { ...group, backendRoles: null } : group);
