import type { UserType } from '../../domain/workspace/workspace.events.js';
import type { WorkspaceState } from '../../domain/workspace/workspace.state.js';
import type { Decided } from '../../event-store/decider-runner.js';

export interface WorkspaceView {
  readonly workspaceId: number;
  readonly name: string;
  readonly isDefault: boolean;
  readonly archived: boolean;
  /** The text fixed at creation: UTC with six digits and `+00:00`. */
  readonly createdAt: string;
  readonly createdBy: string;
  /** Numbers of artifacts, ascending. */
  readonly models: readonly number[];
  readonly pipelines: readonly number[];
  readonly revision: bigint;
  /** Position of the workspace's last event. */
  readonly position: bigint;
}

export interface MemberView {
  readonly userId: string;
  readonly userType: UserType;
}

/** A member as the directory knows the person; `null` names: it doesn't. */
export interface MemberProfile extends MemberView {
  readonly username: string | null;
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
}

/** A row of the read model, with the numbers of what is linked as JSON lists. */
export interface WorkspaceRow {
  readonly workspace_id: number;
  readonly created_at_position: number;
  readonly name: string;
  readonly default_of: string | null;
  readonly archived: number;
  readonly created_at: string;
  readonly created_by: string;
  readonly revision: number;
  readonly position: number;
  readonly models: string;
  readonly pipelines: string;
}

export const rowToView = (row: WorkspaceRow): WorkspaceView => ({
  workspaceId: row.workspace_id,
  name: row.name,
  isDefault: row.default_of !== null,
  archived: row.archived === 1,
  createdAt: row.created_at,
  createdBy: row.created_by,
  models: JSON.parse(row.models) as number[],
  pipelines: JSON.parse(row.pipelines) as number[],
  revision: BigInt(row.revision),
  position: BigInt(row.position),
});

const ascending = (numbers: readonly number[]): readonly number[] => [...numbers].sort((a, b) => a - b);

/** A workspace right after a write. */
export const decidedToView = ({
  state: { workspace },
  revision,
  position,
}: Decided<WorkspaceState>): WorkspaceView => {
  if (workspace === null) throw new Error('the workspace just written does not exist');
  return {
    workspaceId: workspace.workspaceId,
    name: workspace.name,
    isDefault: workspace.defaultOf !== null,
    archived: workspace.archived,
    createdAt: workspace.createdAt,
    createdBy: workspace.createdBy,
    models: ascending(workspace.models),
    pipelines: ascending(workspace.pipelines),
    revision,
    position,
  };
};
