import type { ChangeRequest } from '../../domain/change-request/change-request.state.js';
import type { ReviewStatus } from '../../domain/change-request/change-request.events.js';

/** Where a request's last event stands. */
export interface Place {
  readonly revision: bigint;
  readonly position: bigint;
}

/** What queries read of a row of `change_requests`. */
export interface RequestRow {
  readonly state: string;
  readonly revision: number;
  readonly position: number;
}

export const requestOf = ({ state }: RequestRow): ChangeRequest => JSON.parse(state) as ChangeRequest;

export const placeOf = ({ revision, position }: RequestRow): Place => ({
  revision: BigInt(revision),
  position: BigInt(position),
});

export interface ReviewRow {
  readonly review_id: string;
  readonly change_request_id: string;
  readonly change_version_id: string;
  readonly status: ReviewStatus;
  readonly comment: string | null;
  readonly created_at: string;
  readonly reviewer_id: string;
}
