import type { Decider } from '../shared/decider.js';
import type { DefaultWorkspaceReserved } from './workspace.events.js';

export interface ReserveDefaultWorkspace {
  readonly type: 'ReserveDefaultWorkspace';
  readonly userId: string;
  readonly workspaceId: number;
}

/** The number of the person's default workspace, made or about to be made; `null`: none yet. */
export type DefaultWorkspaceState = number | null;

/** Stream `defaultWorkspace-<userId>`: the first number counts, and whoever comes second makes that one come true. */
export const defaultWorkspaceDecider: Decider<
  DefaultWorkspaceState,
  ReserveDefaultWorkspace,
  DefaultWorkspaceReserved
> = {
  name: 'defaultWorkspace',
  initialState: null,
  decide: ({ userId, workspaceId }, reserved) =>
    reserved === null ? [{ type: 'DefaultWorkspaceReserved', data: { userId, workspaceId } }] : [],
  evolve: (_, { data }) => data.workspaceId,
};
