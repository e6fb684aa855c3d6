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
export { requireApprovalAdmin } from './approval-admin.js';
export { PolicyGate, type Attempt } from './policy-gate.js';
export { approvalPoliciesProjection } from './approval-policies.projection.js';
export { ApprovalPoliciesModule } from './approval-policies.module.js';
