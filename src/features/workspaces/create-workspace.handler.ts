import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError } from '../../domain/shared/domain-error.js';
import { PreconditionFailed } from '../../event-store/decider-runner.js';
import { CreateWorkspace } from './commands.js';
import { NameClaims } from './name-claims.js';
import { decidedToView, type WorkspaceView } from './workspace.view.js';
import { WorkspaceWriter } from './workspace-writer.js';

@CommandHandler(CreateWorkspace)
export class CreateWorkspaceHandler implements ICommandHandler<CreateWorkspace> {
  constructor(
    private readonly claims: NameClaims,
    private readonly writer: WorkspaceWriter,
  ) {}

  async execute({ name, caller, context }: CreateWorkspace): Promise<WorkspaceView> {
    const { userId } = caller;
    if (userId === null)
      throw new DomainError(
        'forbidden',
        'user-required',
        'A workspace belongs to a user, and the platform key is none',
      );
    if (context.ifMatch !== undefined) throw new PreconditionFailed(-1n);
    return this.claims.under(
      name,
      context,
      () => this.writer.drawNumber(context),
      async (claim) => {
        const { now } = context;
        const command = { type: 'CreateWorkspace', ...claim, createdBy: userId, now } as const;
        return decidedToView(await this.writer.write(claim.workspaceId, command, context));
      },
    );
  }
}
