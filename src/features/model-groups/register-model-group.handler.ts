import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { requireModelGroupId } from '../../domain/model-group/group-id.js';
import {
  modelGroupDecider,
  type RegisterModelGroup as RegisterCommand,
} from '../../domain/model-group/model-group.decider.js';
import { idTaken, isClaimLost, nameTaken } from '../../domain/model-group/refusals.js';
import { accessOfNewGroup } from '../../domain/model-group/registration.js';
import { newId, type CommandContext } from '../../event-store/command-context.js';
import { DeciderRunner, PreconditionFailed } from '../../event-store/decider-runner.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { RegisterModelGroup, type WrittenGroup } from './commands.js';
import { GroupNames } from './group-names.js';
import { groupUserOf, requireOpen } from './group-member.js';
import { modelGroupStream } from './streams.js';

/** Nothing is claimed before all that can be refused was looked at; the group's own stream has the last word. */
@CommandHandler(RegisterModelGroup)
export class RegisterModelGroupHandler implements ICommandHandler<RegisterModelGroup> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly names: GroupNames,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ group, caller, context }: RegisterModelGroup): Promise<WrittenGroup> {
    requireOpen(caller, 'register');
    if (group.modelGroupId !== null) requireModelGroupId(group.modelGroupId);
    if (context.ifMatch !== undefined) throw new PreconditionFailed(-1n);
    const { name, description, access } = group;
    const modelGroupId = group.modelGroupId ?? newId(context, 'modelGroup');
    const command: RegisterCommand = {
      type: 'RegisterModelGroup',
      modelGroupId,
      user: groupUserOf(caller, this.config),
      name,
      description,
      access,
      nameClaim: this.names.newClaim(name, modelGroupId, context),
    };
    return this.names.holding(name, async () => {
      await this.prepare(command, context);
      return this.register(command, context);
    });
  }

  private async prepare(command: RegisterCommand, context: CommandContext): Promise<void> {
    const { modelGroupId, user, name, access, nameClaim } = command;
    const { state } = await this.runner.load(modelGroupDecider, modelGroupStream(modelGroupId));
    // This request was carried out before and is only answered again, or its claim was taken over.
    if (state.spentClaims.includes(nameClaim)) return;
    await this.names.requireFree(name, null, nameTaken);
    accessOfNewGroup(user, access);
    if (state.group !== null) throw idTaken(modelGroupId);
    await this.names.claim(name, modelGroupId, nameClaim, context, nameTaken);
  }

  private async register(command: RegisterCommand, context: CommandContext): Promise<WrittenGroup> {
    const { modelGroupId, name } = command;
    try {
      const stream = modelGroupStream(modelGroupId);
      const { state, revision, position } =
        (await this.runner.create(modelGroupDecider, stream, command, context)) ??
        (await this.runner.run(modelGroupDecider, stream, command, context));
      return { modelGroupId, version: state.version, revision, position };
    } catch (error) {
      if (isClaimLost(error)) return this.names.refuse(name, nameTaken);
      throw error;
    }
  }
}
