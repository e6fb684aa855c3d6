import type { Recorded } from '../shared/decider.js';
import type { UserType, WorkspaceEvent } from './workspace.events.js';

export interface Member {
  readonly userId: string;
  readonly userType: UserType;
}

export interface Workspace {
  readonly workspaceId: number;
  readonly name: string;
  /** Whose default workspace it is; `null`: nobody's, it was created under a name of its own. */
  readonly defaultOf: string | null;
  readonly archived: boolean;
  /** As answers show it: six digits and `+00:00`. */
  readonly createdAt: string;
  readonly createdBy: string;
  /** The claim by which it has its name; `null`: a default workspace needs none. */
  readonly claimId: string | null;
  /** The oldest membership first. */
  readonly members: readonly Member[];
  /** Numbers, in the order in which they were linked. */
  readonly models: readonly number[];
  readonly pipelines: readonly number[];
}

export interface WorkspaceState {
  /** `null`: the number was drawn, and nothing came of it so far. */
  readonly workspace: Workspace | null;
  /** Claims to names that can't come true any more: barred, or followed by another one. */
  readonly spentClaims: readonly string[];
}

export const initialState: WorkspaceState = { workspace: null, spentClaims: [] };

export const typeOfMember = ({ members }: Workspace, userId: string): UserType | undefined =>
  members.find((member) => member.userId === userId)?.userType;

/** Whether nobody else owns it. */
export const isLastOwner = ({ members }: Workspace, userId: string): boolean => {
  const owners = members.filter(({ userType }) => userType === 'OWNER');
  return owners.length === 1 && owners[0]?.userId === userId;
};

const born = (
  state: WorkspaceState,
  facts: Pick<Workspace, 'workspaceId' | 'name' | 'defaultOf' | 'createdAt' | 'createdBy' | 'claimId'>,
): WorkspaceState => ({
  ...state,
  workspace: {
    ...facts,
    archived: false,
    members: [{ userId: facts.createdBy, userType: 'OWNER' }],
    models: [],
    pipelines: [],
  },
});

const evolveWorkspace = (workspace: Workspace, event: WorkspaceEvent): Workspace => {
  const { members, models, pipelines } = workspace;
  switch (event.type) {
    case 'WorkspaceMemberAdded': {
      const { userId, userType } = event.data;
      return { ...workspace, members: [...members, { userId, userType }] };
    }
    case 'WorkspaceMemberRoleChanged': {
      const { userId, after: userType } = event.data;
      return {
        ...workspace,
        members: members.map((member) => (member.userId === userId ? { userId, userType } : member)),
      };
    }
    case 'WorkspaceMemberRemoved':
      return { ...workspace, members: members.filter(({ userId }) => userId !== event.data.userId) };
    case 'WorkspaceRenamed':
      return { ...workspace, name: event.data.after, claimId: event.data.claimId };
    case 'WorkspaceArchived':
      return { ...workspace, archived: true };
    case 'WorkspaceRestored':
      return { ...workspace, archived: false };
    case 'WorkspaceModelLinked':
      return { ...workspace, models: [...models, event.data.number] };
    case 'WorkspaceModelUnlinked':
      return { ...workspace, models: models.filter((number) => number !== event.data.number) };
    case 'WorkspacePipelineLinked':
      return { ...workspace, pipelines: [...pipelines, event.data.number] };
    case 'WorkspacePipelineUnlinked':
      return { ...workspace, pipelines: pipelines.filter((number) => number !== event.data.number) };
    default:
      return workspace;
  }
};

export const evolve = (state: WorkspaceState, event: Recorded<WorkspaceEvent>): WorkspaceState => {
  switch (event.type) {
    case 'WorkspaceCreated':
      return born(state, { ...event.data, defaultOf: null });
    case 'DefaultWorkspaceProvisioned': {
      const { workspaceId, ownerId, createdAt, personal } = event.data;
      const name = personal[ownerId]?.name ?? '';
      return born(state, {
        workspaceId,
        name,
        defaultOf: ownerId,
        createdAt,
        createdBy: ownerId,
        claimId: null,
      });
    }
    case 'WorkspaceNameClaimAbandoned':
      return { ...state, spentClaims: [...state.spentClaims, event.data.claimId] };
    default: {
      const { workspace, spentClaims } = state;
      if (workspace === null) return state;
      const { claimId } = workspace;
      const spent =
        event.type === 'WorkspaceRenamed' && claimId !== null ? [...spentClaims, claimId] : spentClaims;
      return { workspace: evolveWorkspace(workspace, event), spentClaims: spent };
    }
  }
};
