import type { DomainEvent } from '../shared/decider.js';

export const USER_TYPES = ['OWNER', 'COLLABORATOR'] as const;
export type UserType = (typeof USER_TYPES)[number];

interface OfWorkspace {
  readonly workspaceId: number;
}

/** Whoever creates a workspace is its first owner. */
export type WorkspaceCreated = DomainEvent<
  'WorkspaceCreated',
  OfWorkspace & {
    readonly name: string;
    /** The claim to the name, in the stream that reserves it, which came true here. */
    readonly claimId: string;
    readonly createdBy: string;
    /** The text that every answer repeats: UTC with six digits and `+00:00`. */
    readonly createdAt: string;
  }
>;

/** The workspace that a person has from the first call on. Its name holds an e-mail address, so it is personal. */
export type DefaultWorkspaceProvisioned = DomainEvent<
  'DefaultWorkspaceProvisioned',
  OfWorkspace & {
    readonly ownerId: string;
    /** As in `WorkspaceCreated`. */
    readonly createdAt: string;
    readonly personal: { readonly [ownerId: string]: { readonly name: string } };
  }
>;

export type WorkspaceMemberAdded = DomainEvent<
  'WorkspaceMemberAdded',
  OfWorkspace & { readonly userId: string; readonly userType: UserType }
>;

export type WorkspaceMemberRoleChanged = DomainEvent<
  'WorkspaceMemberRoleChanged',
  OfWorkspace & { readonly userId: string; readonly before: UserType; readonly after: UserType }
>;

export type WorkspaceMemberRemoved = DomainEvent<
  'WorkspaceMemberRemoved',
  OfWorkspace & { readonly userId: string; readonly userType: UserType }
>;

export type WorkspaceRenamed = DomainEvent<
  'WorkspaceRenamed',
  OfWorkspace & { readonly before: string; readonly after: string; readonly claimId: string }
>;

export type WorkspaceArchived = DomainEvent<'WorkspaceArchived', OfWorkspace & { readonly name: string }>;
export type WorkspaceRestored = DomainEvent<'WorkspaceRestored', OfWorkspace & { readonly name: string }>;

/** An artifact of others: its id there, the number that it has here, and what it was called when this happened. */
export interface LinkedArtifact {
  readonly artifactId: string;
  readonly number: number;
  readonly name: string;
}

export type WorkspaceModelLinked = DomainEvent<'WorkspaceModelLinked', OfWorkspace & LinkedArtifact>;
export type WorkspaceModelUnlinked = DomainEvent<'WorkspaceModelUnlinked', OfWorkspace & LinkedArtifact>;
export type WorkspacePipelineLinked = DomainEvent<'WorkspacePipelineLinked', OfWorkspace & LinkedArtifact>;
export type WorkspacePipelineUnlinked = DomainEvent<
  'WorkspacePipelineUnlinked',
  OfWorkspace & LinkedArtifact
>;

/** A claim to a name that went no further was barred, so that the name may safely go to somebody else. */
export type WorkspaceNameClaimAbandoned = DomainEvent<
  'WorkspaceNameClaimAbandoned',
  OfWorkspace & { readonly name: string; readonly claimId: string }
>;

/** Stream `workspace-<number>`. */
export type WorkspaceEvent =
  | WorkspaceCreated
  | DefaultWorkspaceProvisioned
  | WorkspaceMemberAdded
  | WorkspaceMemberRoleChanged
  | WorkspaceMemberRemoved
  | WorkspaceRenamed
  | WorkspaceArchived
  | WorkspaceRestored
  | WorkspaceModelLinked
  | WorkspaceModelUnlinked
  | WorkspacePipelineLinked
  | WorkspacePipelineUnlinked
  | WorkspaceNameClaimAbandoned;

/** Stream `workspaceName-<name>`: who claimed the name; the last claim counts. */
export type WorkspaceNameReserved = DomainEvent<
  'WorkspaceNameReserved',
  OfWorkspace & {
    readonly name: string;
    readonly claimId: string;
    /** The claim that had lapsed. */
    readonly takenOverFrom: string | null;
  }
>;

/** Stream `defaultWorkspace-<userId>`: which workspace is the person's own. */
export type DefaultWorkspaceReserved = DomainEvent<
  'DefaultWorkspaceReserved',
  OfWorkspace & { readonly userId: string }
>;

/** Stream `workspaceNumber-all`: one event per number given out, so that none is given twice. */
export type WorkspaceNumberDrawn = DomainEvent<'WorkspaceNumberDrawn', { readonly number: number }>;

/** The events of all four kinds of streams. */
export type WorkspacesEvent =
  WorkspaceEvent | WorkspaceNameReserved | DefaultWorkspaceReserved | WorkspaceNumberDrawn;

export const workspaceEventVersions = {
  WorkspaceCreated: 1,
  DefaultWorkspaceProvisioned: 1,
  WorkspaceMemberAdded: 1,
  WorkspaceMemberRoleChanged: 1,
  WorkspaceMemberRemoved: 1,
  WorkspaceRenamed: 1,
  WorkspaceArchived: 1,
  WorkspaceRestored: 1,
  WorkspaceModelLinked: 1,
  WorkspaceModelUnlinked: 1,
  WorkspacePipelineLinked: 1,
  WorkspacePipelineUnlinked: 1,
  WorkspaceNameClaimAbandoned: 1,
  WorkspaceNameReserved: 1,
  DefaultWorkspaceReserved: 1,
  WorkspaceNumberDrawn: 1,
} as const satisfies Record<WorkspacesEvent['type'], number>;
