import { Injectable } from '@nestjs/common';
import { diffOf, type ChangedDeployment } from '../../domain/change-request/diff.js';
import type { ChangeRequest } from '../../domain/change-request/change-request.state.js';
import type { Diff } from '../../domain/change-request/change-request.events.js';
import { userOperations } from '../../domain/change-request/user-operations.js';
import type { GovernedDeployment } from '../../domain/deployment/access.js';
import type { Caller } from '../../domain/shared/caller.js';
import { Directory } from '../../platform/auth/directory.js';
import { DeploymentDirectory } from '../deployments/index.js';
import type { ChangeRequestView, ReviewView } from './change-request.view.js';
import { References } from './references.js';
import { ownsEntity, participantOf } from './request-access.js';
import type { Place, ReviewRow } from './request-rows.js';

type ShownDeployment = GovernedDeployment & ChangedDeployment;

/** Requests as they are shown to somebody. */
@Injectable()
export class RequestViews {
  constructor(
    private readonly deployments: DeploymentDirectory,
    private readonly references: References,
    private readonly directory: Directory,
  ) {}

  /** `deployment`: as it is now, where it was read already. */
  view(
    request: ChangeRequest,
    { revision, position }: Place,
    caller: Caller,
    deployment: ShownDeployment | undefined = this.deployments.byId(request.entityId),
  ): ChangeRequestView {
    const { requirement, requesterId, createdAt, modifiedAt } = request;
    const operations = userOperations(request, participantOf(caller), ownsEntity(caller, deployment));
    return {
      changeRequestId: request.changeRequestId,
      entityType: request.entityType,
      entityId: request.entityId,
      action: request.action,
      change: request.change,
      changeVersionId: request.changeVersionId,
      autoApply: request.autoApply,
      comment: request.comment,
      requesterId,
      requesterEmail: this.emailOf(requesterId),
      approvalsRequired: requirement.approvalsRequired,
      policyId: requirement.policy?.policyId ?? null,
      status: request.status,
      statusChangedAt: request.statusChangedAt,
      statusChangedBy: request.statusChangedBy,
      createdAt,
      updatedAt: modifiedAt ?? createdAt,
      processedAt: request.processedAt,
      diff: this.diff(request, deployment),
      userOperations: operations,
      revision,
      position,
    };
  }

  /** Against the deployment as it is, once terminal as it was. */
  diff({ diff, change }: ChangeRequest, deployment: ChangedDeployment | undefined): Diff {
    if (diff !== null) return diff;
    if (deployment === undefined) return { changesFrom: [], changesTo: [] };
    return diffOf(change, deployment, this.references.names(change, deployment));
  }

  review(row: ReviewRow): ReviewView {
    return {
      reviewId: row.review_id,
      changeRequestId: row.change_request_id,
      changeVersionId: row.change_version_id,
      status: row.status,
      comment: row.comment,
      createdAt: row.created_at,
      reviewerId: row.reviewer_id,
      reviewerEmail: this.emailOf(row.reviewer_id),
    };
  }

  emailOf(userId: string): string | null {
    return this.directory.user(userId)?.email ?? null;
  }

  usernameOf(userId: string): string {
    return this.directory.user(userId)?.username ?? userId;
  }
}
