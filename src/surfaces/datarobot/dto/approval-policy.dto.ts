import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type {
  NamedGroup,
  PolicyTerms,
  PolicyView,
  TriggerChoice,
} from '../../../features/approval-policies/index.js';
import type { PolicyRequestView } from '../../../features/change-requests/index.js';
import type { FieldError } from '../../../platform/http/problem.js';
import { refuseFaults } from '../request.js';
import { isPeriod } from '../../../domain/shared/durations.js';
import { field, Flag, Nested, NestedList, OneOf, Spelled, Text } from '../validation/fields.js';
import { Param } from '../validation/parameters.js';
import { listOf, refuse, type Rule } from '../validation/rule.js';
import { oneOf, spelled, text } from '../validation/text-rules.js';
import { ID } from './limits.js';
import { ListQuery } from './list.dto.js';
import {
  AUTOMATIC_ACTIONS,
  CONDITIONS,
  IMPORTANCES,
  INTENDED_ACTIONS,
  WATCHED_PARTS,
  type Importance,
} from './words.js';

const NAME = { max: 50 } as const;
const MAX_GROUPS = 100;

const period: Rule<string> = (value, at, faults) =>
  typeof value === 'string' && isPeriod(value)
    ? value
    : refuse(
        at,
        faults,
        'must be an ISO 8601 duration in whole numbers, longer than nothing, such as P1DT12H',
      );

const Period = (options: { readonly nullable?: true; readonly optional?: true } = {}): PropertyDecorator =>
  field(
    period,
    { type: 'string', format: 'duration' },
    { ...options, ...(options.optional && { fallback: null }), example: 'P3D' },
  );

@ApiSchema({ name: 'PolicyUserGroup' })
export class PolicyUserGroup {
  @Text(ID)
  readonly id: string;

  @Text({ ...NAME, optional: true, nullable: true, description: 'Answered; what is sent is not looked at' })
  readonly name?: string | null;
}

class AutomaticAction {
  @Spelled(AUTOMATIC_ACTIONS)
  readonly action: (typeof AUTOMATIC_ACTIONS)[number];

  @Period()
  readonly period: string;
}

class PolicyReview {
  @NestedList(PolicyUserGroup, {
    min: 1,
    max: MAX_GROUPS,
    optional: true,
    nullable: true,
    fallback: null,
    description: 'Required reviewers: one member of each must approve',
  })
  readonly groups: readonly PolicyUserGroup[] | null;

  @Period({ optional: true, nullable: true })
  readonly reminderPeriod: string | null;
}

class PolicyCondition {
  @Spelled(CONDITIONS)
  readonly condition: 'equals';

  @OneOf(['importance'])
  readonly fieldName: 'importance';

  @field(
    listOf(oneOf(IMPORTANCES), { min: 1, max: 100 }),
    { type: 'array', items: { type: 'string', enum: [...IMPORTANCES] }, minItems: 1, maxItems: 100 },
    { nullable: true, description: 'null: any value', example: ['CRITICAL', 'HIGH'] },
  )
  readonly values: readonly Importance[] | null;
}

class IntendedAction {
  @Spelled(INTENDED_ACTIONS)
  readonly action: (typeof INTENDED_ACTIONS)[number];

  @Nested(PolicyCondition, { optional: true, nullable: true, fallback: null })
  readonly condition: PolicyCondition | null;
}

class TriggerLabels {
  @Text({ max: 255, example: 'Importance change' })
  readonly groupLabel: string;

  @Text({ max: 255, example: 'Critical importance' })
  readonly label: string;
}

export class PolicyTrigger {
  @Spelled(WATCHED_PARTS)
  readonly entityType: (typeof WATCHED_PARTS)[number];

  @NestedList(PolicyUserGroup, {
    max: MAX_GROUPS,
    optional: true,
    nullable: true,
    fallback: null,
    description: 'Whose actions it watches; null: those of everybody',
  })
  readonly filterGroups: readonly PolicyUserGroup[] | null;

  @Nested(IntendedAction)
  readonly intendedAction: IntendedAction;

  @Nested(TriggerLabels, { optional: true, description: 'Made from the trigger when absent' })
  readonly labels?: TriggerLabels;
}

@ApiSchema({ name: 'ApprovalPolicy' })
export class ApprovalPolicy {
  @Flag()
  readonly active: boolean;

  @Text({ min: 1, ...NAME, example: 'Critical deployments' })
  readonly name: string;

  @Nested(AutomaticAction, { optional: true, nullable: true, fallback: null })
  readonly automaticAction: AutomaticAction | null;

  @Nested(PolicyReview, { optional: true, nullable: true, fallback: null })
  readonly review: PolicyReview | null;

  @Nested(PolicyTrigger)
  readonly trigger: PolicyTrigger;
}

@ApiSchema({ name: 'ApprovalPolicyResponse' })
export class ApprovalPolicyResponse extends ApprovalPolicy {
  @ApiProperty({ type: String })
  readonly id: string;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Open change requests that are held to it' })
  readonly openRequests: number;
}

@ApiSchema({ name: 'ApprovalPolicyTriggers' })
export class TriggersResponse {
  @ApiProperty({ type: [PolicyTrigger] })
  readonly data: readonly PolicyTrigger[];
}

const WATCHED = { type: 'string', enum: [...WATCHED_PARTS] };

export class PoliciesQuery extends ListQuery {
  @Param(spelled(WATCHED_PARTS), WATCHED)
  readonly entityType?: (typeof WATCHED_PARTS)[number];

  @Param(text({ max: 255 }), { type: 'string' }, { description: 'Part of the name, without case' })
  readonly namePart?: string;
}

export class MatchQuery {
  @Param(spelled(WATCHED_PARTS), WATCHED, { required: true })
  readonly entityType: (typeof WATCHED_PARTS)[number];

  @Param(
    spelled(INTENDED_ACTIONS),
    { type: 'string', enum: [...INTENDED_ACTIONS] },
    {
      required: true,
    },
  )
  readonly action: (typeof INTENDED_ACTIONS)[number];

  @Param(text(NAME), { type: 'string', maxLength: NAME.max })
  readonly fieldName?: string;

  @Param(text(NAME), { type: 'string', maxLength: NAME.max }, { description: 'Needs fieldName' })
  readonly fieldValue?: string;
}

@ApiSchema({ name: 'ApprovalPolicyMatchResponse' })
export class MatchResponse {
  @ApiProperty({ enum: INTENDED_ACTIONS })
  readonly action: (typeof INTENDED_ACTIONS)[number];
  @ApiProperty({ enum: WATCHED_PARTS })
  readonly entityType: (typeof WATCHED_PARTS)[number];
  @ApiProperty({ type: String, nullable: true })
  readonly fieldName: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly fieldValue: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'null: no policy asks for an approval' })
  readonly policyId: string | null;
}

const SHAREABLE_ORDERS = [
  'createDate',
  '-createDate',
  'updateDate',
  '-updateDate',
  'state',
  '-state',
  'requester',
  '-requester',
  'entityName',
  '-entityName',
] as const;

export class ShareableQuery extends ListQuery {
  @Param(
    oneOf(SHAREABLE_ORDERS),
    { type: 'string', enum: [...SHAREABLE_ORDERS] },
    { fallback: '-createDate' },
  )
  readonly orderBy: (typeof SHAREABLE_ORDERS)[number];
}

const STATES = ['OPENED', 'RESOLVED', 'CANCELLED'] as const;

@ApiSchema({ name: 'ChangeRequestInfoResponse' })
export class ChangeRequestInfoResponse {
  @ApiProperty({ type: String })
  readonly changeRequestId: string;
  @ApiProperty({ type: String, format: 'date-time' })
  readonly createDate: string;
  @ApiProperty({ type: String })
  readonly entityId: string;
  @ApiProperty({ type: String, nullable: true })
  readonly entityName: string | null;
  @ApiProperty({ type: String, description: 'Username of the requester' })
  readonly requester: string;
  @ApiProperty({ enum: STATES })
  readonly state: (typeof STATES)[number];
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly updateDate: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Username' })
  readonly updatedBy: string | null;
}

const idsOf = (groups: readonly PolicyUserGroup[] | null): readonly string[] | null =>
  groups === null ? null : groups.map(({ id }) => id);

export const toTerms = ({ name, active, automaticAction, review, trigger }: ApprovalPolicy): PolicyTerms => ({
  name,
  active,
  automaticAction,
  review: review && { groups: idsOf(review.groups), reminderPeriod: review.reminderPeriod },
  trigger: {
    entityType: trigger.entityType,
    action: trigger.intendedAction.action,
    condition: trigger.intendedAction.condition,
    filterGroups: idsOf(trigger.filterGroups),
    labels: trigger.labels ?? null,
  },
});

/** Groups may have longer names than this vocabulary knows; what is answered must be good enough to be sent back. */
const shortened = (name: string): string => {
  const characters = Array.from(name);
  return characters.length > NAME.max ? `${characters.slice(0, NAME.max - 1).join('')}…` : name;
};

const toGroups = (groups: readonly NamedGroup[] | null): readonly PolicyUserGroup[] | null =>
  groups && groups.map(({ groupId, name }) => ({ id: groupId, name: name && shortened(name) }));

const toTrigger = (trigger: PolicyView['trigger'] | TriggerChoice): PolicyTrigger => ({
  entityType: trigger.entityType,
  filterGroups: toGroups(trigger.filterGroups),
  intendedAction: { action: trigger.action, condition: trigger.condition },
  ...(trigger.labels && { labels: trigger.labels }),
});

export const toPolicyResponse = (policy: PolicyView): ApprovalPolicyResponse => ({
  id: policy.policyId,
  active: policy.active,
  name: policy.name,
  automaticAction: policy.automaticAction,
  review: policy.review && {
    groups: toGroups(policy.review.groups),
    reminderPeriod: policy.review.reminderPeriod,
  },
  trigger: toTrigger(policy.trigger),
  openRequests: policy.openRequests,
});

export const toTriggersResponse = (choices: readonly TriggerChoice[]): TriggersResponse => ({
  data: choices.map(toTrigger),
});

export const toInfoResponse = (request: PolicyRequestView): ChangeRequestInfoResponse => ({
  changeRequestId: request.changeRequestId,
  createDate: request.createdAt,
  entityId: request.entityId,
  entityName: request.entityName,
  requester: request.requester,
  state: request.state,
  updateDate: request.modifiedAt,
  updatedBy: request.modifiedBy,
});

/** @throws HttpProblem 422 for a value without a field */
export const toFieldAsked = ({ fieldName, fieldValue }: MatchQuery) => {
  if (fieldName !== undefined) return { name: fieldName, value: fieldValue ?? null };
  const faults: FieldError[] = [];
  if (fieldValue !== undefined) refuse(['query', 'fieldValue'], faults, 'needs fieldName');
  refuseFaults(faults);
  return null;
};
