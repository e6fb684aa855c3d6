import type { Decider } from '../shared/decider.js';
import { claimOvertaken } from './refusals.js';
import type { WorkspaceNameReserved } from './workspace.events.js';

/** A DNS-1123 label: a workspace becomes a namespace of Kubernetes. */
export const WORKSPACE_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export interface NameClaim {
  readonly workspaceId: number;
  readonly name: string;
  readonly claimId: string;
}

export interface ReserveWorkspaceName extends NameClaim {
  readonly type: 'ReserveWorkspaceName';
  /** The claim that was found to have lapsed: the name may be taken over from this one, and no other. */
  readonly lapsedClaim: string | null;
}

/** The last claim; `null`: nobody ever made one. */
export type WorkspaceNameState = NameClaim | null;

/**
 * Stream `workspaceName-<name>`: makes a name unique, archived workspaces included. Nothing is given back: a claim has
 * lapsed when its workspace has another name by now, or was barred from coming true, and then the next one takes over.
 */
export const workspaceNameDecider: Decider<WorkspaceNameState, ReserveWorkspaceName, WorkspaceNameReserved> =
  {
    name: 'workspaceName',
    initialState: null,
    decide: ({ workspaceId, name, claimId, lapsedClaim }, holder) => {
      if (holder?.claimId === claimId) return [];
      if (holder !== null && holder.claimId !== lapsedClaim) throw claimOvertaken(name);
      const takenOverFrom = holder?.claimId ?? null;
      return [{ type: 'WorkspaceNameReserved', data: { workspaceId, name, claimId, takenOverFrom } }];
    },
    evolve: (_, { data: { workspaceId, name, claimId } }) => ({ workspaceId, name, claimId }),
  };
