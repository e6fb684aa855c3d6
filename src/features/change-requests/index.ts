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
