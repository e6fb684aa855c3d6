import { Module } from '@nestjs/common';
import { ModelGroupsModule } from '../model-groups/index.js';
import { ProcessManagersModule } from '../process-managers/index.js';
import { WorkspacesModule } from '../workspaces/index.js';
import { ArtifactDirectory } from './artifact-directory.js';
import { ArtifactPlaces } from './artifact-places.js';
import { GetArtifactHandler, ListArtifactsHandler } from './artifact.queries.js';
import { RecordArtifactHandler } from './record-artifact.handler.js';
import { SettleWorkspaceLinks } from './settle-workspace-links.js';
import { WithdrawArtifactHandler } from './withdraw-artifact.handler.js';

/** What others register so that changes can refer to it: models, model packages, pipelines, dataset configurations. */
@Module({
  imports: [ModelGroupsModule, ProcessManagersModule, WorkspacesModule],
  providers: [
    ArtifactDirectory,
    ArtifactPlaces,
    SettleWorkspaceLinks,
    RecordArtifactHandler,
    WithdrawArtifactHandler,
    GetArtifactHandler,
    ListArtifactsHandler,
  ],
  exports: [ArtifactDirectory],
})
export class ArtifactsModule {}
