import type { ApplicationOutcome } from '../deployment/deployment.state.js';
import { DomainError } from '../shared/domain-error.js';
import type { Participant } from './approval.js';
import type { ChangeRequestEvent } from './change-request.events.js';
import { namesOf, type ChangeRequest } from './change-request.state.js';
import { startBy } from './opening.js';
import { forbidden, requireWritable } from './refusals.js';
import { mayResolve } from './user-operations.js';

export interface ResolveRequest {
  readonly type: 'ResolveRequest';
  readonly resolver: Participant;
  readonly ownsEntity: boolean;
}

/** How the try ended, as the deployment's own history says. */
export interface ConcludeApplication {
  readonly type: 'ConcludeApplication';
  readonly attempt: number;
  readonly outcome: ApplicationOutcome;
}

export const resolve = (
  { resolver, ownsEntity }: ResolveRequest,
  request: ChangeRequest,
): readonly ChangeRequestEvent[] => {
  if (!mayResolve(request, resolver, ownsEntity))
    throw forbidden('resolve-forbidden', 'You cannot resolve this change request.');
  requireWritable(request);
  if (request.status !== 'approved')
    throw new DomainError('conflict', 'not-approved', 'Only an approved change request can be resolved.');
  return [startBy(request, resolver.userId)];
};

/** Asked again, or about a try that is over, it says nothing new. */
export const conclude = (
  { attempt, outcome }: ConcludeApplication,
  request: ChangeRequest,
): readonly ChangeRequestEvent[] => {
  const { applying, changeVersionId } = request;
  if (applying?.attempt !== attempt) return [];
  const about = { ...namesOf(request), attempt, changeVersionId };
  if (!outcome.applied) {
    const { code, message } = outcome;
    return [{ type: 'ChangeApplicationFailed', data: { ...about, code, message } }];
  }
  const { diff } = outcome;
  return [{ type: 'ChangeRequestResolved', data: { ...about, resolvedBy: applying.startedBy, diff } }];
};
