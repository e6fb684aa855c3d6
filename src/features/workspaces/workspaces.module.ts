import { Module } from '@nestjs/common';
import { CreateWorkspaceHandler } from './create-workspace.handler.js';
import { EnsureDefaultWorkspaceHandler } from './ensure-default-workspace.handler.js';
import {
  ArchiveWorkspaceHandler,
  RenameWorkspaceHandler,
  RestoreWorkspaceHandler,
} from './life-cycle.handlers.js';
import { AddWorkspaceMemberHandler, RemoveWorkspaceMemberHandler } from './member.handlers.js';
import { ListColleagueIdsHandler, ListMemberProfilesHandler, ListMembersHandler } from './member.queries.js';
import { NameClaims } from './name-claims.js';
import { NamedUsers } from './named-users.js';
import {
  GetWorkspaceHandler,
  ListVisibleWorkspacesHandler,
  ListWorkspacesHandler,
} from './workspace.queries.js';
import { WorkspaceLinks } from './workspace-links.js';
import { WorkspaceReader } from './workspace-reader.js';
import { WorkspaceWriter } from './workspace-writer.js';

/** Who works together on which models and pipelines. */
@Module({
  providers: [
    NameClaims,
    NamedUsers,
    WorkspaceLinks,
    WorkspaceReader,
    WorkspaceWriter,
    EnsureDefaultWorkspaceHandler,
    CreateWorkspaceHandler,
    AddWorkspaceMemberHandler,
    RemoveWorkspaceMemberHandler,
    RenameWorkspaceHandler,
    ArchiveWorkspaceHandler,
    RestoreWorkspaceHandler,
    GetWorkspaceHandler,
    ListVisibleWorkspacesHandler,
    ListWorkspacesHandler,
    ListMembersHandler,
    ListMemberProfilesHandler,
    ListColleagueIdsHandler,
  ],
  exports: [WorkspaceLinks, WorkspaceReader],
})
export class WorkspacesModule {}
