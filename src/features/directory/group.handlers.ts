import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { groupDecider, type Group } from '../../domain/directory/group.decider.js';
import { userDecider } from '../../domain/directory/user.decider.js';
import type { CommandContext } from '../../event-store/command-context.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import { ReadModels } from '../../projections/projection.js';
import { DeleteGroup, RecordGroup, type Written } from './commands.js';
import { canBeStored } from './directory-rows.js';
import { directoryProjection } from './directory.projection.js';
import type { GroupView } from './directory.view.js';
import { groupStream, userStream } from './streams.js';

const CATCH_UP_MS = 2_000;

const membersOf = (readModels: ReadModels, groupId: string): readonly string[] =>
  canBeStored(groupId)
    ? readModels
        .all<{ user_id: string }>(
          'SELECT user_id FROM user_groups WHERE group_id = ? ORDER BY user_id',
          groupId,
        )
        .map((row) => row.user_id)
    : [];

@CommandHandler(RecordGroup)
export class RecordGroupHandler implements ICommandHandler<RecordGroup> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly readModels: ReadModels,
  ) {}

  async execute({
    groupId,
    name,
    context,
  }: RecordGroup): Promise<Written & { readonly group: GroupView; readonly created: boolean }> {
    let before: Group | undefined;
    const { revision, position, unchanged } = await this.runner.run(
      groupDecider,
      groupStream(groupId),
      { type: 'RecordGroup', groupId, name },
      context,
      { authorize: (state) => void (before = state) },
    );
    const group = { groupId, name, members: membersOf(this.readModels, groupId), revision, position };
    const created = before === undefined ? revision === 0n : before.name === null && !unchanged;
    return { group, created, revision, position };
  }
}

/**
 * The group goes first, and then, when the read model has seen that, its members are taken out of it: nobody can be put
 * in any more. Asked again after it was cut short, a deletion finishes the second half before it says "not found".
 */
@CommandHandler(DeleteGroup)
export class DeleteGroupHandler implements ICommandHandler<DeleteGroup> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly readModels: ReadModels,
  ) {}

  async execute({ groupId, context }: DeleteGroup): Promise<Written> {
    const stream = groupStream(groupId);
    const { state, revision } = await this.runner.load(groupDecider, stream);
    if (state.name === null && revision >= 0n) await this.takeMembersOut(groupId, context);
    const deleted = await this.runner.run(groupDecider, stream, { type: 'DeleteGroup', groupId }, context);
    await this.readModels.waitFor(deleted.position, {
      timeoutMs: CATCH_UP_MS,
      projections: [directoryProjection.name],
    });
    const position = await this.takeMembersOut(groupId, context);
    return { revision: deleted.revision, position: position ?? deleted.position };
  }

  /** Position of the last event it took, if any. `If-Match` is about the group, not about its members. */
  private async takeMembersOut(groupId: string, context: CommandContext): Promise<bigint | undefined> {
    const unconditional: CommandContext = { ...context, ifMatch: undefined };
    let position: bigint | undefined;
    for (const userId of membersOf(this.readModels, groupId)) {
      const command = { type: 'LeaveGroup', userId, groupId } as const;
      const left = await this.runner.run(userDecider, userStream(userId), command, unconditional);
      if (!left.unchanged) position = left.position;
    }
    return position;
  }
}
