import type { Importance } from '../shared/importance.js';
import type { Intent, PolicyCondition, PolicyTrigger, TriggerLabels } from './approval-policy.events.js';

/** What a policy can watch, with the words that people choose it by; in the order in which they are offered. */
const WATCHABLE: readonly (Intent & { readonly groupLabel: string })[] = [
  { entityType: 'deployment', action: 'create', groupLabel: 'Deployment creation' },
  { entityType: 'deployment', action: 'delete', groupLabel: 'Deployment deletion' },
  { entityType: 'deployment', action: 'update', groupLabel: 'Importance change' },
  { entityType: 'deploymentModel', action: 'update', groupLabel: 'Model replacement' },
  {
    entityType: 'deploymentConfig',
    action: 'update',
    groupLabel: 'Secondary dataset configuration change',
  },
  { entityType: 'deploymentStatus', action: 'update', groupLabel: 'Status change' },
  { entityType: 'deploymentMonitoringData', action: 'delete', groupLabel: 'Monitoring data removal' },
];

const IMPORTANCE_CHOICES: readonly {
  readonly label: string;
  readonly values: readonly Importance[] | null;
}[] = [
  { label: 'Any importance', values: null },
  { label: 'Critical importance', values: ['CRITICAL'] },
  { label: 'High importance', values: ['HIGH'] },
  { label: 'Moderate importance', values: ['MODERATE'] },
  { label: 'Low importance', values: ['LOW'] },
  { label: 'Importance above moderate', values: ['CRITICAL', 'HIGH'] },
];

/** A trigger that people may choose. */
export interface TriggerChoice extends Intent {
  readonly condition: PolicyCondition;
  readonly filterGroups: null;
  readonly labels: TriggerLabels;
}

export const TRIGGER_CHOICES: readonly TriggerChoice[] = WATCHABLE.flatMap(({ groupLabel, ...intent }) =>
  IMPORTANCE_CHOICES.map(({ label, values }) => ({
    ...intent,
    condition: { condition: 'equals', fieldName: 'importance', values } as const,
    filterGroups: null,
    labels: { groupLabel, label },
  })),
);

export const sameIntent = (left: Intent, right: Intent): boolean =>
  left.entityType === right.entityType && left.action === right.action;

export const isWatchable = (intent: Intent): boolean => WATCHABLE.some((pair) => sameIntent(pair, intent));

const sameValues = (left: readonly string[] | null, right: readonly string[] | null): boolean =>
  left === null || right === null
    ? left === right
    : left.length === right.length && left.every((value) => right.includes(value));

/** The words for a trigger that was sent without; `null` for one that is not among the choices. */
export const labelsOf = ({ condition, ...intent }: Omit<PolicyTrigger, 'labels'>): TriggerLabels | null =>
  TRIGGER_CHOICES.find(
    (choice) =>
      sameIntent(choice, intent) &&
      condition !== null &&
      sameValues(choice.condition.values, condition.values),
  )?.labels ?? null;
