import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { mayUseGroup } from '../../domain/model-group/access.js';
import { isModelGroupId } from '../../domain/model-group/group-id.js';
import { modelGroupDecider } from '../../domain/model-group/model-group.decider.js';
import { mayNotDelete } from '../../domain/model-group/refusals.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { DeleteModelGroup, type DeletedGroup } from './commands.js';
import { groupUserOf, requireOpen } from './group-member.js';
import { GroupModels } from './group-models.js';
import { modelGroupStream } from './streams.js';

@CommandHandler(DeleteModelGroup)
export class DeleteModelGroupHandler implements ICommandHandler<DeleteModelGroup> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly models: GroupModels,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ modelGroupId, caller, context }: DeleteModelGroup): Promise<DeletedGroup> {
    requireOpen(caller, 'delete');
    if (!isModelGroupId(modelGroupId))
      return { modelGroupId, version: 0, revision: -1n, position: -1n, wasMissing: true };
    const user = groupUserOf(caller, this.config);
    const stream = modelGroupStream(modelGroupId);
    const { state } = await this.runner.load(modelGroupDecider, stream);
    if (state.group !== null && !mayUseGroup(user, state.group)) throw mayNotDelete();
    return this.models.leaving(modelGroupId, async (hasModels) => {
      const command = { type: 'DeleteModelGroup', modelGroupId, user, hasModels } as const;
      // Stays as it is when this request was carried out before and is only answered again.
      let wasMissing = false;
      const {
        state: after,
        revision,
        position,
      } = await this.runner.run(modelGroupDecider, stream, command, context, {
        authorize: ({ group }) => void (wasMissing = group === null),
      });
      return { modelGroupId, version: after.version, revision, position, wasMissing };
    });
  }
}
