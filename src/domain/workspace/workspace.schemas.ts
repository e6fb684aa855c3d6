import { mapOf, object, oneOf, orNull, text, whole } from '../shared/schema.js';
import { USER_TYPES } from './workspace.events.js';

const workspaceId = whole(1);
const userType = oneOf(...USER_TYPES);
const linked = object({ workspaceId, artifactId: text, number: whole(1), name: text });

/** Of each event type the schema of its data in every version, the first one first. */
export const workspaceEventSchemas = {
  WorkspaceCreated: [object({ workspaceId, name: text, claimId: text, createdBy: text, createdAt: text })],
  DefaultWorkspaceProvisioned: [
    object({ workspaceId, ownerId: text, createdAt: text, personal: mapOf(object({ name: text })) }),
  ],
  WorkspaceMemberAdded: [object({ workspaceId, userId: text, userType })],
  WorkspaceMemberRoleChanged: [object({ workspaceId, userId: text, before: userType, after: userType })],
  WorkspaceMemberRemoved: [object({ workspaceId, userId: text, userType })],
  WorkspaceRenamed: [object({ workspaceId, before: text, after: text, claimId: text })],
  WorkspaceArchived: [object({ workspaceId, name: text })],
  WorkspaceRestored: [object({ workspaceId, name: text })],
  WorkspaceModelLinked: [linked],
  WorkspaceModelUnlinked: [linked],
  WorkspacePipelineLinked: [linked],
  WorkspacePipelineUnlinked: [linked],
  WorkspaceNameClaimAbandoned: [object({ workspaceId, name: text, claimId: text })],
  WorkspaceNameReserved: [object({ workspaceId, name: text, claimId: text, takenOverFrom: orNull(text) })],
  DefaultWorkspaceReserved: [object({ workspaceId, userId: text })],
  WorkspaceNumberDrawn: [object({ number: whole(1) })],
} as const;
