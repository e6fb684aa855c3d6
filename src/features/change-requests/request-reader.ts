import { Injectable } from '@nestjs/common';
import type { ChangeRequest } from '../../domain/change-request/change-request.state.js';
import { requestNotFound } from '../../domain/change-request/refusals.js';
import type { Caller } from '../../domain/shared/caller.js';
import { ReadModels } from '../../projections/projection.js';
import { DeploymentDirectory, type DeploymentEntry } from '../deployments/index.js';
import { maySeeRequest } from './request-access.js';
import { placeOf, requestOf, type Place, type RequestRow } from './request-rows.js';
import { isRequestId } from './streams.js';

export interface FoundRequest {
  readonly request: ChangeRequest;
  readonly place: Place;
  readonly deployment: DeploymentEntry | undefined;
}

/** Requests as the read model has them. */
@Injectable()
export class RequestReader {
  constructor(
    readonly readModels: ReadModels,
    private readonly deployments: DeploymentDirectory,
  ) {}

  /** @throws DomainError `not-found` when there is none, or the caller may not see it */
  find(changeRequestId: string, caller: Caller): FoundRequest {
    const found = this.look(changeRequestId);
    if (found === undefined || !maySeeRequest(caller, found.request, found.deployment))
      throw requestNotFound(changeRequestId);
    return found;
  }

  /** Nobody sees what is not there. */
  maySee(changeRequestId: string, caller: Caller): boolean {
    const found = this.look(changeRequestId);
    return found !== undefined && maySeeRequest(caller, found.request, found.deployment);
  }

  private look(changeRequestId: string): FoundRequest | undefined {
    const row = isRequestId(changeRequestId)
      ? this.readModels.get<RequestRow>(
          'SELECT state, revision, position FROM change_requests WHERE change_request_id = ?',
          changeRequestId,
        )
      : undefined;
    if (row === undefined) return undefined;
    const request = requestOf(row);
    return { request, place: placeOf(row), deployment: this.deployments.byId(request.entityId) };
  }
}
