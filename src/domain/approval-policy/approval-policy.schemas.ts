import { importance } from '../shared/importance.schema.js';
import { exactly, flag, listOf, object, oneOf, orNull, text, whole } from '../shared/schema.js';

export const automaticAction = object({ action: oneOf('approve', 'cancel'), period: text });

export const policyTrigger = object({
  entityType: oneOf(
    'deployment',
    'deploymentModel',
    'deploymentConfig',
    'deploymentStatus',
    'deploymentMonitoringData',
  ),
  action: oneOf('create', 'update', 'delete'),
  condition: orNull(
    object({
      condition: exactly('equals'),
      fieldName: exactly('importance'),
      values: orNull(listOf(importance)),
    }),
  ),
  filterGroups: orNull(listOf(text)),
  labels: orNull(object({ groupLabel: text, label: text })),
});

const terms = object({
  name: text,
  active: flag,
  automaticAction: orNull(automaticAction),
  review: orNull(object({ groups: orNull(listOf(text)), reminderPeriod: orNull(text) })),
  trigger: policyTrigger,
});

/** Of each event type the schema of its data in every version, the first one first. */
export const approvalPolicyEventSchemas = {
  ApprovalPolicyCreated: [object({ policyId: text, version: exactly(1), terms })],
  ApprovalPolicyUpdated: [object({ policyId: text, version: whole(1), before: terms, after: terms })],
  ApprovalPolicyDeleted: [object({ policyId: text, version: whole(1), terms })],
} as const;
