import { automaticAction, policyTrigger } from '../approval-policy/approval-policy.schemas.js';
import { importance } from '../shared/importance.schema.js';
import {
  anyOf,
  exactly,
  flag,
  instant,
  listOf,
  object,
  oneOf,
  orNull,
  text,
  whole,
} from '../shared/schema.js';

export const monitoringSpan = {
  dataType: exactly('monitoring'),
  start: orNull(instant),
  end: orNull(instant),
  modelId: orNull(text),
};

const replacementReason = oneOf(
  'accuracy',
  'data_drift',
  'errors',
  'scheduled_refresh',
  'scoring_speed',
  'deprecation',
  'other',
);

export const change = anyOf(
  object({ action: exactly('approve'), approvalStatus: exactly('APPROVED') }),
  object({ action: exactly('changeStatus'), status: oneOf('active', 'inactive') }),
  object({ action: exactly('changeImportance'), importance }),
  object({ action: exactly('cleanupStats'), ...monitoringSpan }),
  object({
    action: exactly('delete'),
    defaultDeploymentId: orNull(text),
    ignoreManagementAgent: orNull(flag),
  }),
  object({ action: exactly('replaceModel'), modelId: text, replacementReason }),
  object({ action: exactly('replaceModelPackage'), modelPackageId: text, replacementReason }),
  object({ action: exactly('updateSecondaryDatasetConfigs'), secondaryDatasetsConfigId: text }),
  object({ action: exactly('replaceRoles'), allowedRoles: listOf(text) }),
);

export const changeAction = oneOf(
  'approve',
  'changeStatus',
  'changeImportance',
  'cleanupStats',
  'delete',
  'replaceModel',
  'replaceModelPackage',
  'updateSecondaryDatasetConfigs',
  'replaceRoles',
);

export const requirement = object({
  policy: orNull(object({ policyId: text, version: whole(1), name: text, trigger: policyTrigger })),
  groups: listOf(object({ groupId: text, name: orNull(text), memberCount: whole(0), members: listOf(text) })),
  approvalsRequired: whole(0),
  reminderPeriod: orNull(text),
  automaticAction: orNull(automaticAction),
});

/** Lines for people. */
export const diff = object({ changesFrom: listOf(text), changesTo: listOf(text) });
