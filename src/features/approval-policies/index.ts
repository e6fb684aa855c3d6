export * from './commands.js';
export * from './queries.js';
export type { NamedGroup, PolicyView, TriggerChoice } from './policy.view.js';
export type {
  AutomaticAction,
  IntendedAction,
  Intent,
  PolicyCondition,
  PolicyReview,
  PolicyTrigger,
  TriggerLabels,
  WatchedPart,
} from '../../domain/approval-policy/approval-policy.events.js';
