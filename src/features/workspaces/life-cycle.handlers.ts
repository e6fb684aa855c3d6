import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { requireOwner } from '../../domain/workspace/access.js';
import { requireRenamable } from '../../domain/workspace/life-cycle.js';
import { PreconditionFailed } from '../../event-store/decider-runner.js';
import { ArchiveWorkspace, RenameWorkspace, RestoreWorkspace } from './commands.js';
import { NameClaims } from './name-claims.js';
import { decidedToView, type WorkspaceView } from './workspace.view.js';
import { WorkspaceWriter } from './workspace-writer.js';

/**
 * Another name is claimed before it is taken; the old one is free as soon as the new one is taken. What would be refused is
 * refused before a name is claimed for nothing.
 */
@CommandHandler(RenameWorkspace)
export class RenameWorkspaceHandler implements ICommandHandler<RenameWorkspace> {
  constructor(
    private readonly claims: NameClaims,
    private readonly writer: WorkspaceWriter,
  ) {}

  async execute({ workspaceId, name, caller, context }: RenameWorkspace): Promise<WorkspaceView> {
    const rename = async (claimId: string): Promise<WorkspaceView> =>
      decidedToView(
        await this.writer.write(
          workspaceId,
          { type: 'RenameWorkspace', workspaceId, name, claimId },
          context,
          (state) => requireOwner(state, workspaceId, caller),
        ),
      );
    const { state, revision } = await this.writer.loadWithRevision(workspaceId);
    requireOwner(state, workspaceId, caller);
    const { ifMatch, idempotency } = context;
    // A repeat may have moved it on itself; whether it did is found when it is written.
    if (typeof ifMatch === 'bigint' && ifMatch !== revision && idempotency === undefined)
      throw new PreconditionFailed(revision);
    const { name: present, claimId: presentClaim } = requireRenamable(state, workspaceId);
    if (present === name && presentClaim !== null) return rename(presentClaim);
    return this.claims.under(
      name,
      context,
      async () => workspaceId,
      ({ claimId }) => rename(claimId),
    );
  }
}

@CommandHandler(ArchiveWorkspace)
export class ArchiveWorkspaceHandler implements ICommandHandler<ArchiveWorkspace> {
  constructor(private readonly writer: WorkspaceWriter) {}

  async execute({ workspaceId, caller, context }: ArchiveWorkspace): Promise<WorkspaceView> {
    const decided = await this.writer.write(
      workspaceId,
      { type: 'ArchiveWorkspace', workspaceId },
      context,
      (state) => requireOwner(state, workspaceId, caller),
    );
    return decidedToView(decided);
  }
}

@CommandHandler(RestoreWorkspace)
export class RestoreWorkspaceHandler implements ICommandHandler<RestoreWorkspace> {
  constructor(private readonly writer: WorkspaceWriter) {}

  async execute({ workspaceId, caller, context }: RestoreWorkspace): Promise<WorkspaceView> {
    const decided = await this.writer.write(
      workspaceId,
      { type: 'RestoreWorkspace', workspaceId },
      context,
      (state) => requireOwner(state, workspaceId, caller),
    );
    return decidedToView(decided);
  }
}
