export * from './commands.js';
export * from './queries.js';
export type * from './change-request.view.js';
export {
  CHANGE_ACTIONS,
  type Change,
  type ChangeAction,
  type ChangeOf,
  type ReplacementReason,
} from '../../domain/change-request/change.js';
export type {
  ChangeRequestStatus,
  Diff,
  ReviewStatus,
} from '../../domain/change-request/change-request.events.js';
export { changeRequestsProjection } from './change-requests.projection.js';
export { References } from './references.js';
export { DeploymentAccess, visibleDeployments } from './request-access.js';
export { RequestReader } from './request-reader.js';
export { RequestViews } from './request-views.js';
export { RequestWriter, type WrittenRequest } from './request-writer.js';
export { Reviewers } from './reviewers.js';
export { ChangeRequestsModule } from './change-requests.module.js';
