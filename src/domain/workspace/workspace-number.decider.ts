import type { Decider } from '../shared/decider.js';
import type { WorkspaceNumberDrawn } from './workspace.events.js';

export interface DrawWorkspaceNumber {
  readonly type: 'DrawWorkspaceNumber';
}

export interface WorkspaceNumbers {
  /** The last number given out; 0: none yet. */
  readonly drawn: number;
}

/**
 * Counts in a stream of its own, one event per number: the stream's revision makes numbers unique over replicas, and a
 * number whose workspace never came into being stays a gap.
 */
export const workspaceNumberDecider: Decider<WorkspaceNumbers, DrawWorkspaceNumber, WorkspaceNumberDrawn> = {
  name: 'workspace-number',
  initialState: { drawn: 0 },
  decide: (_, { drawn }) => [{ type: 'WorkspaceNumberDrawn', data: { number: drawn + 1 } }],
  evolve: (_, { data }) => ({ drawn: data.number }),
};
