import { Injectable } from '@nestjs/common';
import type { ArtifactKind } from '../../domain/artifact/artifact.events.js';
import { isModelGroupId } from '../../domain/model-group/group-id.js';
import { modelGroupDecider } from '../../domain/model-group/model-group.decider.js';
import type { Caller } from '../../domain/shared/caller.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import { EventStore } from '../../event-store/event-store.js';
import { KeyedQueue } from '../../event-store/keyed-queue.js';
import { ReadModels } from '../../projections/projection.js';
import { MODEL_GROUPS } from './model-groups.tables.js';
import { modelGroupStream } from './streams.js';

/** How long a deletion waits for the read model to know every model there is. */
const MAX_WAIT_MS = 5_000;

/**
 * Which models a group has. What puts a model into a group and what deletes the group wait for each other here; of two
 * replicas one may be a moment behind the other, and then a model may be left in a group that is gone: nobody but
 * administrators may use it, until it is put elsewhere.
 */
@Injectable()
export class GroupModels {
  private readonly groups = new KeyedQueue();

  constructor(
    private readonly runner: DeciderRunner,
    private readonly store: EventStore,
    private readonly readModels: ReadModels,
  ) {}

  /**
   * Runs what puts something into the group; `null`: into none.
   * @throws DomainError `invalid`, `unknown-model-group`
   */
  joining<Result>(modelGroupId: string | null, task: () => Promise<Result>): Promise<Result> {
    if (modelGroupId === null) return task();
    return this.groups.run(modelGroupId, async () => {
      if (!(await this.exists(modelGroupId)))
        throw new DomainError('invalid', 'unknown-model-group', `There is no model group '${modelGroupId}'`);
      return task();
    });
  }

  /**
   * What was withdrawn from a group stays in it until it is registered anew: not by somebody who could not have taken it out.
   * @throws DomainError `admin-required`
   */
  requireMayTakeUp({ isAdmin, kind: caller }: Caller, kind: ArtifactKind, artifactId: string): void {
    if (isAdmin || caller === 'platform' || artifactId.includes('\0')) return;
    const left = this.readModels.get(
      'SELECT 1 FROM model_group_models WHERE kind = ? AND artifact_id = ? AND registered = 0 AND group_id IS NOT NULL',
      kind,
      artifactId,
    );
    if (left !== undefined)
      throw new DomainError(
        'forbidden',
        'admin-required',
        'The platform PSK or a governance administrator is required: it was withdrawn from a model group',
      );
  }

  /** Runs `task` with whether the group has models, as of this moment. @throws ReadModelBehind */
  leaving<Result>(modelGroupId: string, task: (hasModels: boolean) => Promise<Result>): Promise<Result> {
    return this.groups.run(modelGroupId, async () => {
      const head = await this.store.head();
      await this.readModels.waitFor(head, { timeoutMs: MAX_WAIT_MS, projections: [MODEL_GROUPS] });
      const found = this.readModels.get(
        `SELECT 1 FROM model_group_models WHERE group_id = ? AND kind = 'model' AND registered = 1 LIMIT 1`,
        modelGroupId,
      );
      return task(found !== undefined);
    });
  }

  /** By the log, not by a read model: a group registered a moment ago by another replica is there. */
  private async exists(modelGroupId: string): Promise<boolean> {
    if (!isModelGroupId(modelGroupId)) return false;
    const { state } = await this.runner.load(modelGroupDecider, modelGroupStream(modelGroupId));
    return state.group !== null;
  }
}
