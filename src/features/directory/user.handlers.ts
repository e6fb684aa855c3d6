import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { groupDecider } from '../../domain/directory/group.decider.js';
import { userDecider, type User } from '../../domain/directory/user.decider.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import { DeciderRunner, type Decided } from '../../event-store/decider-runner.js';
import { RecordTokenUser, RecordUser, type Written } from './commands.js';
import type { UserView } from './directory.view.js';
import { groupStream, userStream } from './streams.js';
import { userViewOfState } from './user-view.js';

@CommandHandler(RecordUser)
export class RecordUserHandler implements ICommandHandler<RecordUser> {
  constructor(private readonly runner: DeciderRunner) {}

  async execute({
    userId,
    entry,
    context,
  }: RecordUser): Promise<Written & { readonly user: UserView; readonly created: boolean }> {
    await this.requireGroups(entry.groups);
    let before: User | undefined;
    const decided = await this.runner.run(
      userDecider,
      userStream(userId),
      { type: 'RecordUser', now: context.now, userId, entry },
      context,
      { authorize: (state) => void (before = state) },
    );
    const { revision, position } = decided;
    return { user: userViewOfState(decided), created: wasCreated(before, decided), revision, position };
  }

  /** Asked of the groups' own streams: a read model could still show one that is gone. */
  private async requireGroups(groups: readonly string[]): Promise<void> {
    const unknown: string[] = [];
    for (const groupId of new Set(groups)) {
      const { state } = await this.runner.load(groupDecider, groupStream(groupId));
      if (state.name === null) unknown.push(groupId);
    }
    if (unknown.length > 0)
      throw new DomainError('invalid', 'unknown-group', `Unknown group: ${unknown.join(', ')}`, {
        groups: unknown,
      });
  }
}

@CommandHandler(RecordTokenUser)
export class RecordTokenUserHandler implements ICommandHandler<RecordTokenUser> {
  constructor(private readonly runner: DeciderRunner) {}

  async execute({ userId, entry, context }: RecordTokenUser): Promise<Written> {
    const { revision, position } = await this.runner.run(
      userDecider,
      userStream(userId),
      { type: 'RecordTokenUser', userId, entry },
      context,
    );
    return { revision, position };
  }
}

/** `before` is unknown when this request was carried out earlier, and is only being answered again. */
const wasCreated = (before: User | undefined, { revision }: Decided<User>): boolean =>
  before === undefined ? revision === 0n : before.status === 'unknown';
