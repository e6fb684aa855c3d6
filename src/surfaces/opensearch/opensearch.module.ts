import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ModelGroupSearchController } from './model-group-search.controller.js';
import { ModelGroupsController } from './model-groups.controller.js';
import { OpenSearchSurface } from './opensearch.surface.js';

/** OpenSearch's vocabulary of model groups (ML Commons). */
@Module({
  imports: [CqrsModule],
  controllers: [ModelGroupSearchController, ModelGroupsController],
  providers: [OpenSearchSurface],
})
export class OpenSearchModule {}
