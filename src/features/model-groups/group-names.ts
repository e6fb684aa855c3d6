import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { groupNameDecider } from '../../domain/model-group/group-name.decider.js';
import { modelGroupDecider } from '../../domain/model-group/model-group.decider.js';
import { isClaimLost, NAME_TAKEN } from '../../domain/model-group/refusals.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import { derivedUuid, type CommandContext } from '../../event-store/command-context.js';
import { DeciderRunner, MAX_ATTEMPTS, RaceLost } from '../../event-store/decider-runner.js';
import { KeyedQueue } from '../../event-store/keyed-queue.js';
import { groupNameStream, modelGroupStream } from './streams.js';

/** How to refuse a name that this group has. */
type Taken = (modelGroupId: string) => DomainError;

/**
 * Names of groups, each taken once: exact, case-sensitive, over all replicas. First the name is claimed in a stream of its
 * own, then the group is registered or renamed in its own stream with that claim: two appends. A claim counts until it is
 * spent: used up by the write that it was made for, or forfeited. Before a name is taken over from a claim that is not
 * spent, the claim is forfeited in its holder's stream, so that a slow write can't come true afterwards and leave two groups
 * with one name.
 */
@Injectable()
export class GroupNames {
  /** Requests for one name wait for each other here, so that only those of other replicas take it from each other. */
  private readonly names = new KeyedQueue();

  constructor(private readonly runner: DeciderRunner) {}

  /** Runs `task` while no other request of this process is after the name. */
  holding<Result>(name: string, task: () => Promise<Result>): Promise<Result> {
    return this.names.run(groupNameStream(name), task);
  }

  /** The claim of one request to one name: the same again when the request is repeated. */
  newClaim(name: string, modelGroupId: string, { idempotency }: CommandContext): string {
    return idempotency === undefined
      ? randomUUID()
      : derivedUuid('claim', idempotency.key, modelGroupId, name);
  }

  /** @throws DomainError as `taken` says when another group has the name now */
  async requireFree(name: string, modelGroupId: string | null, taken: Taken): Promise<void> {
    const { holder } = (await this.runner.load(groupNameDecider, groupNameStream(name))).state;
    if (holder === null || holder.modelGroupId === modelGroupId) return;
    const { group } = (await this.runner.load(modelGroupDecider, modelGroupStream(holder.modelGroupId)))
      .state;
    if (group?.name === name) throw taken(holder.modelGroupId);
  }

  /** Makes the claim. @throws DomainError as `taken` says when another group has the name */
  async claim(
    name: string,
    modelGroupId: string,
    nameClaim: string,
    context: CommandContext,
    taken: Taken,
  ): Promise<void> {
    const own = bookkeeping(context);
    const stream = groupNameStream(name);
    const claim = { type: 'ReserveModelGroupName', name, modelGroupId, nameClaim } as const;
    const first = { ...claim, spentClaim: null };
    if ((await this.runner.create(groupNameDecider, stream, first, own)) !== undefined) return;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const { holder } = (await this.runner.load(groupNameDecider, stream)).state;
      if (holder?.nameClaim === nameClaim) return;
      await this.requireFree(name, modelGroupId, taken);
      try {
        if (holder !== null) await this.spend(name, holder, own);
        const spentClaim = holder?.nameClaim ?? null;
        await this.runner.run(groupNameDecider, stream, { ...claim, spentClaim }, own);
        return;
      } catch (error) {
        if (!isClaimLost(error) && !isNameTaken(error)) throw error;
      }
    }
    throw new RaceLost(`others were claiming the name of model group ${modelGroupId} all the time`);
  }

  /** Whom to name when a claim was lost: whoever holds the name or is about to. */
  async refuse(name: string, taken: Taken): Promise<never> {
    const { holder } = (await this.runner.load(groupNameDecider, groupNameStream(name))).state;
    if (holder === null) throw new Error('a claim was lost to nobody');
    throw taken(holder.modelGroupId);
  }

  /** No write with this claim comes true from here on. @throws DomainError when one has, and the holder has the name */
  private async spend(
    name: string,
    { modelGroupId, nameClaim }: { readonly modelGroupId: string; readonly nameClaim: string },
    context: CommandContext,
  ): Promise<void> {
    const stream = modelGroupStream(modelGroupId);
    const { state } = await this.runner.load(modelGroupDecider, stream);
    if (state.spentClaims.includes(nameClaim)) return;
    const command = { type: 'ForfeitModelGroupName', modelGroupId, name, nameClaim } as const;
    await this.runner.run(modelGroupDecider, stream, command, context);
  }
}

/** What is decided by the state alone needs no key, and what a caller expects of his group says nothing about others. */
const bookkeeping = ({ idempotency: _key, ifMatch: _match, ...context }: CommandContext): CommandContext =>
  context;

const isNameTaken = (error: unknown): boolean => error instanceof DomainError && error.code === NAME_TAKEN;
