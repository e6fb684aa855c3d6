import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../../domain/shared/domain-error.js';
import { nameTaken } from '../../domain/workspace/refusals.js';
import { workspaceNameDecider, type NameClaim } from '../../domain/workspace/workspace-name.decider.js';
import { newId, type CommandContext } from '../../event-store/command-context.js';
import { DeciderRunner, RaceLost } from '../../event-store/decider-runner.js';
import { KeyedQueue } from '../../event-store/keyed-queue.js';
import { workspaceNameStream } from './streams.js';
import { untilSettled } from './until-settled.js';
import { WorkspaceWriter, withoutMatch } from './workspace-writer.js';

/** How long a claim is left alone to come true; after that, whoever made it is taken to be gone. */
const GRACE_MS = 500;
const LOOK_AGAIN_MS = 20;
/** Claims to one name by one request, each overtaken by somebody else's. */
const MOST_CLAIMS = 20;

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof DomainError && error.code === code;
const isOvertaken = (error: unknown): boolean => hasCode(error, 'workspace-name-claim-overtaken');

/**
 * Gives a name to one workspace. First the name is claimed, in a stream of its own; then the workspace takes it, in its own
 * stream. What stopped between the two is finished by a repeat with the same idempotency key, and taken over by anybody
 * else: before that the claim is barred in the stream of its workspace, so that a slow one can't come true afterwards.
 */
@Injectable()
export class NameClaims {
  /** Claims to one name wait for each other here, so that only those of other replicas bar each other. */
  private readonly names = new KeyedQueue();

  constructor(
    private readonly runner: DeciderRunner,
    private readonly writer: WorkspaceWriter,
  ) {}

  /**
   * Runs `take` under a claim to the name; `workspaceIdFor` says for which workspace, and is asked when the name is free.
   * @throws DomainError `workspace-name-taken`
   */
  under<Result>(
    name: string,
    context: CommandContext,
    workspaceIdFor: () => Promise<number>,
    take: (claim: NameClaim) => Promise<Result>,
  ): Promise<Result> {
    return this.names.run(name, async () => {
      for (let round = 1; round <= MOST_CLAIMS; round++) {
        const claimId = newId(context, workspaceNameStream(name));
        const workspaceId = await this.claim(name, claimId, context, workspaceIdFor);
        try {
          return await take({ workspaceId, name, claimId });
        } catch (error) {
          if (!isOvertaken(error)) throw error;
          // A repeat makes the same claim again, which was barred for somebody else's.
          if (context.idempotency !== undefined) throw nameTaken(name);
        }
      }
      throw new RaceLost(`claims to workspace name ${name} were overtaken ${MOST_CLAIMS} times`);
    });
  }

  /** The workspace it was claimed for: another one than asked for now when the claim is a repeat. */
  private async claim(
    name: string,
    claimId: string,
    context: CommandContext,
    workspaceIdFor: () => Promise<number>,
  ): Promise<number> {
    const stream = workspaceNameStream(name);
    let wanted: number | undefined;
    for (let round = 1; round <= MOST_CLAIMS; round++) {
      const { state: holder } = await this.runner.load(workspaceNameDecider, stream);
      if (holder?.claimId === claimId) return holder.workspaceId;
      if (holder !== null && !(await this.hasLapsed(holder, context))) throw nameTaken(name);
      wanted ??= await workspaceIdFor();
      const workspaceId = wanted;
      const lapsedClaim = holder?.claimId ?? null;
      const command = { type: 'ReserveWorkspaceName', workspaceId, name, claimId, lapsedClaim } as const;
      try {
        const { state } = await untilSettled(() =>
          this.runner.run(workspaceNameDecider, stream, command, withoutMatch(context)),
        );
        return state?.workspaceId ?? workspaceId;
      } catch (error) {
        if (!isOvertaken(error)) throw error;
      }
    }
    throw new RaceLost(`workspace name ${name} was claimed by others ${MOST_CLAIMS} times`);
  }

  /** Whether the claim can't come true any more; one that could, but takes too long, is barred. */
  private async hasLapsed(
    { workspaceId, name, claimId }: NameClaim,
    context: CommandContext,
  ): Promise<boolean> {
    const deadline = performance.now() + GRACE_MS;
    do {
      const { workspace, spentClaims } = await this.writer.load(workspaceId);
      if (workspace?.claimId === claimId) return false;
      if (spentClaims.includes(claimId)) return true;
      await pause(LOOK_AGAIN_MS);
    } while (performance.now() < deadline);
    // Not part of what the request itself does to that workspace, should it be the same one.
    const { idempotency: _, ...apart } = withoutMatch(context);
    try {
      await this.writer.write(workspaceId, { type: 'AbandonNameClaim', workspaceId, name, claimId }, apart);
      return true;
    } catch (error) {
      if (hasCode(error, 'workspace-name-taken')) return false;
      throw error;
    }
  }
}
