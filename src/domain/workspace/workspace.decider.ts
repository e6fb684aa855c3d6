import type { Decider } from '../shared/decider.js';
import {
  abandonClaim,
  archive,
  create,
  provisionDefault,
  rename,
  restore,
  type AbandonNameClaim,
  type ArchiveWorkspace,
  type CreateWorkspace,
  type ProvisionDefaultWorkspace,
  type RenameWorkspace,
  type RestoreWorkspace,
} from './life-cycle.js';
import { link, type LinkCommand } from './links.js';
import { addMember, removeMember, type AddMember, type RemoveMember } from './members.js';
import type { WorkspaceEvent } from './workspace.events.js';
import { evolve, initialState, type WorkspaceState } from './workspace.state.js';

export type WorkspaceCommand =
  | CreateWorkspace
  | ProvisionDefaultWorkspace
  | AbandonNameClaim
  | AddMember
  | RemoveMember
  | RenameWorkspace
  | ArchiveWorkspace
  | RestoreWorkspace
  | LinkCommand;

const decide = (command: WorkspaceCommand, state: WorkspaceState): readonly WorkspaceEvent[] => {
  switch (command.type) {
    case 'CreateWorkspace':
      return create(command, state);
    case 'ProvisionDefaultWorkspace':
      return provisionDefault(command, state);
    case 'AbandonNameClaim':
      return abandonClaim(command, state);
    case 'AddMember':
      return addMember(command, state);
    case 'RemoveMember':
      return removeMember(command, state);
    case 'RenameWorkspace':
      return rename(command, state);
    case 'ArchiveWorkspace':
      return archive(command, state);
    case 'RestoreWorkspace':
      return restore(command, state);
    case 'LinkArtifact':
    case 'UnlinkArtifact':
      return link(command, state);
  }
};

/** Stream `workspace-<number>`. Who may do it is asked before, by the rules of `access.ts`. */
export const workspaceDecider: Decider<WorkspaceState, WorkspaceCommand, WorkspaceEvent> = {
  name: 'workspace',
  initialState,
  decide,
  evolve,
};
