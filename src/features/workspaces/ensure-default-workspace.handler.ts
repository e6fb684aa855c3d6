import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { defaultWorkspaceDecider } from '../../domain/workspace/default-workspace.decider.js';
import type { CommandContext } from '../../event-store/command-context.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import { LruMap } from '../../event-store/lru-map.js';
import type { Principal } from '../../platform/auth/principal.js';
import { ReadModels } from '../../projections/projection.js';
import { EnsureDefaultWorkspace } from './commands.js';
import { defaultWorkspaceStream } from './streams.js';
import { untilSettled } from './until-settled.js';
import { WorkspaceWriter } from './workspace-writer.js';
import { workspacesProjection } from './workspaces.projection.js';

/** People remembered to have one: nobody ever loses it. */
const MAX_REMEMBERED = 20_000;
const CATCH_UP_MS = 5_000;

/**
 * First the number of the workspace is reserved for the person, then the workspace is made. Whoever finds a reservation
 * makes the workspace of that number, so it does not matter who comes second or what stopped in between.
 */
@CommandHandler(EnsureDefaultWorkspace)
export class EnsureDefaultWorkspaceHandler implements ICommandHandler<EnsureDefaultWorkspace> {
  private readonly provided = new LruMap<string, true>(MAX_REMEMBERED);
  private readonly providing = new Map<string, Promise<void>>();

  constructor(
    private readonly runner: DeciderRunner,
    private readonly writer: WorkspaceWriter,
    private readonly readModels: ReadModels,
  ) {}

  async execute({ caller, context }: EnsureDefaultWorkspace): Promise<void> {
    const { kind, userId } = caller;
    if (kind !== 'user' || userId === null || this.provided.get(userId) === true) return;
    if (!this.isListed(userId)) await this.provideOnce(userId, nameFor(caller, userId), context);
    this.provided.set(userId, true);
  }

  private isListed(userId: string): boolean {
    const sql = 'SELECT 1 FROM workspaces WHERE default_of = ?';
    return this.readModels.get(sql, userId) !== undefined;
  }

  /** First calls of one person at once wait for one workspace. */
  private provideOnce(userId: string, name: string, context: CommandContext): Promise<void> {
    let providing = this.providing.get(userId);
    if (providing === undefined) {
      providing = this.provide(userId, name, context).finally(() => this.providing.delete(userId));
      this.providing.set(userId, providing);
    }
    return providing;
  }

  private async provide(ownerId: string, name: string, context: CommandContext): Promise<void> {
    const workspaceId = await this.reserve(ownerId, context);
    const { now } = context;
    const command = { type: 'ProvisionDefaultWorkspace', workspaceId, ownerId, name, now } as const;
    const { position } = await this.writer.write(workspaceId, command, context);
    const { name: projection } = workspacesProjection;
    await this.readModels.waitFor(position, { timeoutMs: CATCH_UP_MS, projections: [projection] });
  }

  private async reserve(userId: string, context: CommandContext): Promise<number> {
    const stream = defaultWorkspaceStream(userId);
    const reserved = await this.runner.load(defaultWorkspaceDecider, stream);
    if (reserved.state !== null) return reserved.state;
    const workspaceId = await this.writer.drawNumber(context);
    const command = { type: 'ReserveDefaultWorkspace', userId, workspaceId } as const;
    const { state } = await untilSettled(() =>
      this.runner.run(defaultWorkspaceDecider, stream, command, context),
    );
    return state ?? workspaceId;
  }
}

const nameFor = ({ email, username }: Principal, userId: string): string =>
  `${email ?? username ?? userId} - Default Workspace`;
