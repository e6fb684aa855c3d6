import { Injectable } from '@nestjs/common';
import { BOOKKEEPING_AGGREGATES, splitStreamName } from '../../domain/events.js';
import type { Caller } from '../../domain/shared/caller.js';
import { ReadModels } from '../../projections/projection.js';
import { changeRequestsProjection, RequestReader } from '../change-requests/index.js';
import { deploymentsProjection } from '../deployments/index.js';
import { directoryProjection } from '../directory/index.js';
import { WorkspaceReader, workspacesProjection } from '../workspaces/index.js';

/** What tells who is who, and who may read what. */
const PROJECTIONS = [
  directoryProjection.name,
  deploymentsProjection.name,
  changeRequestsProjection.name,
  workspacesProjection.name,
];
const PATIENCE_MS = 5_000;

/** Bookkeeping is handed to nobody, on no channel. */
export const isHandedOut = (stream: string): boolean =>
  !BOOKKEEPING_AGGREGATES.includes(splitStreamName(stream).aggregate);

/** Whether the caller may read every event that is handed out. */
export const followsAll = ({ kind, isAdmin }: Caller): boolean => kind === 'platform' || isAdmin;

type Rule = (id: string, caller: Caller) => boolean;

/** Who may have the events of which entity: whoever may read the entity itself, now. */
@Injectable()
export class EventAccess {
  /** Per aggregate, whether a user may read the entity with this id; an aggregate that is missing here is for admins only. */
  private readonly openToUsers: Readonly<Record<string, Rule>> = {
    // Names and states of deployments are no secret within the organisation.
    deployment: () => true,
    user: (id, { userId }) => id === userId,
    // All keys of one user, under the user's id.
    psk: (id, { userId }) => id === userId,
    changeRequest: (id, caller) => this.requests.maySee(id, caller),
    workspace: (id, caller) => this.workspaces.maySee(Number(id), caller),
    approvalPolicy: (_, { isApprovalAdmin }) => isApprovalAdmin,
  };

  constructor(
    private readonly readModels: ReadModels,
    private readonly requests: RequestReader,
    private readonly workspaces: WorkspaceReader,
  ) {}

  mayFollow(caller: Caller, stream: string): boolean {
    if (!isHandedOut(stream)) return false;
    if (followsAll(caller)) return true;
    const { aggregate, id } = splitStreamName(stream);
    return Object.hasOwn(this.openToUsers, aggregate) && this.openToUsers[aggregate]?.(id, caller) === true;
  }

  /**
   * Resolves when it can be said of the events up to this position who may read them: what the read models have not seen
   * yet would be withheld from somebody who may.
   * @throws ReadModelBehind, ProjectionFailed
   */
  async judges(position: bigint): Promise<void> {
    await this.readModels.waitFor(position, { timeoutMs: PATIENCE_MS, projections: PROJECTIONS });
  }
}
