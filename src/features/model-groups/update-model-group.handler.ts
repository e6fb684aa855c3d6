import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  modelGroupDecider,
  type ModelGroupState,
  type UpdateModelGroup as UpdateCommand,
} from '../../domain/model-group/model-group.decider.js';
import { isClaimLost, modelGroupNotFound, newNameTaken } from '../../domain/model-group/refusals.js';
import { isModelGroupId } from '../../domain/model-group/group-id.js';
import { factsAfter } from '../../domain/model-group/updating.js';
import type { CommandContext } from '../../event-store/command-context.js';
import {
  DeciderRunner,
  MAX_ATTEMPTS,
  PreconditionFailed,
  RaceLost,
} from '../../event-store/decider-runner.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { UpdateModelGroup, type WrittenGroup } from './commands.js';
import { GroupNames } from './group-names.js';
import { groupUserOf, requireOpen } from './group-member.js';
import { modelGroupStream } from './streams.js';

type NamedUpdate = Omit<UpdateCommand, 'name' | 'nameClaim'> & { readonly name: string };

/** A new name is claimed when all else that can be refused was looked at. */
@CommandHandler(UpdateModelGroup)
export class UpdateModelGroupHandler implements ICommandHandler<UpdateModelGroup> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly names: GroupNames,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ modelGroupId, change, caller, context }: UpdateModelGroup): Promise<WrittenGroup> {
    requireOpen(caller, 'update');
    if (!isModelGroupId(modelGroupId)) throw modelGroupNotFound(modelGroupId);
    const user = groupUserOf(caller, this.config);
    const command = { type: 'UpdateModelGroup', modelGroupId, user, ...change } as const;
    const { name } = change;
    return name === null
      ? this.update({ ...command, nameClaim: null }, context)
      : this.names.holding(name, () => this.updateNamed({ ...command, name }, context));
  }

  private async updateNamed(command: NamedUpdate, context: CommandContext): Promise<WrittenGroup> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const nameClaim = await this.prepare(command, context);
      try {
        return await this.update({ ...command, nameClaim }, context);
      } catch (error) {
        if (!isClaimLost(error)) throw error;
        if (nameClaim !== null) return this.names.refuse(command.name, newNameTaken);
        // Somebody else has given the group another name meanwhile: the one sent has to be claimed after all.
      }
    }
    throw new RaceLost(`others were renaming model group ${command.modelGroupId} all the time`);
  }

  /** The claim to the new name; `null`: the group is to keep the name that it has. */
  private async prepare(command: NamedUpdate, context: CommandContext): Promise<string | null> {
    const { modelGroupId, user, name } = command;
    const { state, revision } = await this.runner.load(modelGroupDecider, modelGroupStream(modelGroupId));
    const nameClaim = this.names.newClaim(name, modelGroupId, context);
    // This request was carried out before and is only answered again, or its claim was taken over.
    if (state.spentClaims.includes(nameClaim)) return nameClaim;
    if (state.group === null) throw modelGroupNotFound(modelGroupId);
    if (state.group.name === name) return null;
    factsAfter(user, state.group, command);
    requireMatch(context, revision);
    await this.names.requireFree(name, modelGroupId, newNameTaken);
    await this.names.claim(name, modelGroupId, nameClaim, context, newNameTaken);
    return nameClaim;
  }

  private async update(command: UpdateCommand, context: CommandContext): Promise<WrittenGroup> {
    const { modelGroupId } = command;
    const { state, revision, position } = await this.runner.run(
      modelGroupDecider,
      modelGroupStream(modelGroupId),
      command,
      context,
      { authorize: ({ group }: ModelGroupState) => requireThere(group, modelGroupId) },
    );
    return { modelGroupId, version: state.version, revision, position };
  }
}

const requireThere = (group: ModelGroupState['group'], modelGroupId: string): void => {
  if (group === null) throw modelGroupNotFound(modelGroupId);
};

/** Before anything is claimed for an update that will be refused. */
const requireMatch = ({ ifMatch }: CommandContext, revision: bigint): void => {
  if (typeof ifMatch === 'bigint' && ifMatch !== revision) throw new PreconditionFailed(revision);
};
