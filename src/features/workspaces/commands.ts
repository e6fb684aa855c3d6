import { Command } from '@nestjs/cqrs';
import type { UserType } from '../../domain/workspace/workspace.events.js';
import type { CommandContext } from '../../event-store/command-context.js';
import type { Principal } from '../../platform/auth/principal.js';
import type { WorkspaceView } from './workspace.view.js';

/** Where the workspace's last event stands after a write, whether or not the write changed anything. */
export interface Written {
  readonly revision: bigint;
  readonly position: bigint;
}

/** Whom a caller means; at least one is not `null`, and both must be the same person. */
export interface UserNames {
  readonly email: string | null;
  readonly userId: string | null;
}

/**
 * Makes the caller's own workspace, once for ever; resolves when it can be read. Service accounts and the platform's key
 * get none.
 */
export class EnsureDefaultWorkspace extends Command<void> {
  constructor(
    readonly caller: Principal,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Refused with `workspace-name-taken`, `user-required`. The name must be one by {@link WORKSPACE_NAME}. */
export class CreateWorkspace extends Command<WorkspaceView> {
  constructor(
    readonly name: string,
    readonly caller: Principal,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Refused with `workspace-not-found` by all that follow when there is none, or none that the caller may see. */
abstract class MemberCommand<Answer> extends Command<Answer> {
  constructor(
    readonly workspaceId: number,
    readonly user: UserNames,
    readonly caller: Principal,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/**
 * Refused with `owner-required`, `workspace-archived`, `unknown-user`, `user-disabled`, `ambiguous-user`,
 * `different-users`, `last-owner`, `too-many-members`.
 */
export class AddWorkspaceMember extends MemberCommand<Written> {
  constructor(
    workspaceId: number,
    user: UserNames,
    /** `null`: a collaborator when new; whoever is in it stays what he is. */
    readonly userType: UserType | null,
    caller: Principal,
    context: CommandContext,
  ) {
    super(workspaceId, user, caller, context);
  }
}

/** Refused with `owner-required`, `ambiguous-user`, `different-users`, `last-owner`, `default-workspace-owner`. */
export class RemoveWorkspaceMember extends MemberCommand<Written & { readonly removed: boolean }> {}

abstract class WorkspaceCommand extends Command<WorkspaceView> {
  constructor(
    readonly workspaceId: number,
    readonly caller: Principal,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Refused with `owner-required`, `default-workspace`, `workspace-archived`, `workspace-name-taken`. */
export class RenameWorkspace extends WorkspaceCommand {
  constructor(
    workspaceId: number,
    /** One by {@link WORKSPACE_NAME}. */
    readonly name: string,
    caller: Principal,
    context: CommandContext,
  ) {
    super(workspaceId, caller, context);
  }
}

/** Refused with `owner-required`, `default-workspace`. */
export class ArchiveWorkspace extends WorkspaceCommand {}

/** Refused with `owner-required`. */
export class RestoreWorkspace extends WorkspaceCommand {}
