import { Module } from '@nestjs/common';
import { DeleteModelGroupHandler } from './delete-model-group.handler.js';
import { GroupModels } from './group-models.js';
import { GroupNames } from './group-names.js';
import { ModelGroupAccess } from './model-group-access.js';
import { GetModelGroupHandler, SearchModelGroupsHandler } from './model-group.queries.js';
import { RegisterModelGroupHandler } from './register-model-group.handler.js';
import { UpdateModelGroupHandler } from './update-model-group.handler.js';

/** Groups of models, and who may use them. */
@Module({
  providers: [
    GroupNames,
    GroupModels,
    ModelGroupAccess,
    RegisterModelGroupHandler,
    UpdateModelGroupHandler,
    DeleteModelGroupHandler,
    GetModelGroupHandler,
    SearchModelGroupsHandler,
  ],
  exports: [GroupModels, ModelGroupAccess],
})
export class ModelGroupsModule {}
