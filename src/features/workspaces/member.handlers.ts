import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { requireMayChangeMember } from '../../domain/workspace/access.js';
import type { NamedUser } from '../../domain/workspace/members.js';
import type { WorkspaceState } from '../../domain/workspace/workspace.state.js';
import { AddWorkspaceMember, RemoveWorkspaceMember, type Written } from './commands.js';
import { NamedUsers } from './named-users.js';
import { WorkspaceWriter } from './workspace-writer.js';

@CommandHandler(AddWorkspaceMember)
export class AddWorkspaceMemberHandler implements ICommandHandler<AddWorkspaceMember> {
  constructor(
    private readonly writer: WorkspaceWriter,
    private readonly users: NamedUsers,
  ) {}

  async execute(command: AddWorkspaceMember): Promise<Written> {
    const { workspaceId, user, userType, caller, context } = command;
    const { revision, position } = await this.writer.write(
      workspaceId,
      { type: 'AddMember', workspaceId, user: this.users.resolve(user), userType },
      context,
      (state) => requireMayChangeMember(state, workspaceId, caller, false),
    );
    return { revision, position };
  }
}

@CommandHandler(RemoveWorkspaceMember)
export class RemoveWorkspaceMemberHandler implements ICommandHandler<RemoveWorkspaceMember> {
  constructor(
    private readonly writer: WorkspaceWriter,
    private readonly users: NamedUsers,
  ) {}

  async execute(command: RemoveWorkspaceMember): Promise<Written & { readonly removed: boolean }> {
    const { workspaceId, caller, context } = command;
    const user = this.users.resolve(command.user);
    const leaving = caller.userId !== null && idOf(user) === caller.userId;
    let before: WorkspaceState | undefined;
    const { revision, position, unchanged } = await this.writer.write(
      workspaceId,
      { type: 'RemoveMember', workspaceId, user },
      context,
      (state) => {
        requireMayChangeMember(state, workspaceId, caller, leaving);
        before = state;
      },
    );
    // Not asked: this request was carried out before, and is only being answered again.
    return { revision, position, removed: before === undefined || !unchanged };
  }
}

const idOf = (user: NamedUser): string | null =>
  user.status === 'known' || user.status === 'unknown' ? user.userId : null;
