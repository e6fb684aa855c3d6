import { Injectable } from '@nestjs/common';
import { isEligible, type Participant } from '../../domain/change-request/approval.js';
import type { ChangeRequest } from '../../domain/change-request/change-request.state.js';
import { isOwner, mayGovern, type GovernedDeployment } from '../../domain/deployment/access.js';
import { PLATFORM_ID, type Caller } from '../../domain/shared/caller.js';
import { ReadModels } from '../../projections/projection.js';
import { keysOf } from './access-keys.js';

export const participantOf = (caller: Caller): Participant => ({
  userId: caller.userId ?? PLATFORM_ID,
  groups: caller.groups,
  isApprovalAdmin: caller.isApprovalAdmin || caller.kind === 'platform',
  isPerson: caller.kind !== 'platform',
});

/** Sees every request, and every deployment. */
export const seesAll = ({ isAdmin, isApprovalAdmin, kind }: Caller): boolean =>
  isAdmin || isApprovalAdmin || kind === 'platform';

const mayChange = (caller: Caller, deployment: GovernedDeployment | undefined): boolean =>
  deployment !== undefined && deployment.status !== 'archived' && mayGovern(caller, deployment).allowed;

export const ownsEntity = (caller: Caller, deployment: GovernedDeployment | undefined): boolean =>
  deployment !== undefined && isOwner(caller, deployment);

/** The requester, whoever may change the deployment or review the request, and admins. */
export const maySeeRequest = (
  caller: Caller,
  request: ChangeRequest,
  deployment: GovernedDeployment | undefined,
): boolean => {
  const participant = participantOf(caller);
  return (
    seesAll(caller) ||
    participant.userId === request.requesterId ||
    isEligible(request.requirement, participant) ||
    mayChange(caller, deployment)
  );
};

/** SQL for what `maySeeRequest` says, over all requests at once; none for those who see all. */
export const visibleTo = (
  caller: Caller,
): { readonly condition: string; readonly parameters: readonly string[] } | null => {
  if (seesAll(caller)) return null;
  return {
    condition: `(requester_id = ?
      OR change_request_id IN (SELECT change_request_id FROM change_request_groups
        WHERE group_id IN (SELECT value FROM json_each(?)))
      OR entity_id IN (SELECT entity_id FROM entity_access WHERE key IN (SELECT value FROM json_each(?))))`,
    parameters: [caller.userId ?? PLATFORM_ID, JSON.stringify(caller.groups), JSON.stringify(keysOf(caller))],
  };
};

/** SQL for what {@link DeploymentAccess.maySee} says, over all deployments at once; none for those who see all. */
export const visibleDeployments = (
  caller: Caller,
): { readonly condition: string; readonly parameters: readonly string[] } | null => {
  if (seesAll(caller)) return null;
  return {
    condition: `(deployment_id IN (SELECT entity_id FROM entity_access WHERE key IN (SELECT value FROM json_each(?)))
      OR deployment_id IN (SELECT entity_id FROM change_requests JOIN change_request_groups USING (change_request_id)
        WHERE group_id IN (SELECT value FROM json_each(?))
          AND status IN ('pending', 'approved', 'changesRequested')))`,
    parameters: [JSON.stringify(keysOf(caller)), JSON.stringify(caller.groups)],
  };
};

/** Who sees a deployment, beside those who may change it. */
@Injectable()
export class DeploymentAccess {
  constructor(private readonly readModels: ReadModels) {}

  maySee(caller: Caller, deployment: GovernedDeployment & { readonly deploymentId: string }): boolean {
    return (
      seesAll(caller) || mayChange(caller, deployment) || this.mayReview(caller, deployment.deploymentId)
    );
  }

  /** Whether an open request of the deployment waits for somebody like him. */
  private mayReview({ groups }: Caller, deploymentId: string): boolean {
    if (groups.length === 0) return false;
    const found = this.readModels.get(
      `SELECT 1 FROM change_requests JOIN change_request_groups USING (change_request_id)
       WHERE entity_id = ? AND status IN ('pending', 'approved', 'changesRequested')
         AND group_id IN (SELECT value FROM json_each(?)) LIMIT 1`,
      deploymentId,
      JSON.stringify(groups),
    );
    return found !== undefined;
  }
}
