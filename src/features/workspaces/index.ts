export * from './commands.js';
export * from './queries.js';
export { USER_TYPES, type UserType } from '../../domain/workspace/workspace.events.js';
export { WORKSPACE_NAME } from '../../domain/workspace/workspace-name.decider.js';
export type { MemberProfile, MemberView, WorkspaceView } from './workspace.view.js';
export { WorkspaceLinks, type UnsettledArtifact, type WorkspaceLink } from './workspace-links.js';
export { WorkspaceReader } from './workspace-reader.js';
export { workspacesProjection } from './workspaces.projection.js';
export { WorkspacesModule } from './workspaces.module.js';
