import { ApiProperty } from '@nestjs/swagger';
import {
  ACTIONS,
  explanationOf,
  type Action,
  type Decision,
  type Subject,
} from '../../../features/decisions/index.js';
import { Enum, Model, Str } from '../validation/fields.js';
import { toNx1Time } from './time.js';

const OPTIONAL = { nullable: true, default: null } as const;

export class DecisionSubject {
  @Enum(['credential', 'user'], { example: 'user' })
  readonly type: 'credential' | 'user';

  @Str({ min: 1, ...OPTIONAL, description: 'Of a credential: the PSK or JWT itself.' })
  readonly value: string | null;

  @Str({ min: 1, ...OPTIONAL, description: 'Of a user: the user id (sub).', example: '7f0c' })
  readonly id: string | null;
}

const identified = ({ type, value, id }: DecisionSubject): string | undefined => {
  if (type === 'credential')
    return value === null ? 'A subject of type credential needs its value' : undefined;
  return id === null ? 'A subject of type user needs its id' : undefined;
};

export class DecisionResource {
  @Str({ description: 'Registered model name.', example: 'churn' })
  readonly model: string;

  @Str({ description: 'Deployment name.', example: 'prod' })
  readonly deployment: string;
}

/** About the request that the subject makes elsewhere. */
export class DecisionRequestContext {
  @Str(OPTIONAL)
  readonly path: string | null;

  @Str(OPTIONAL)
  readonly method: string | null;

  @Str({ ...OPTIONAL, description: 'Where it comes from: wrong keys are counted per address.' })
  readonly ip: string | null;
}

export class DecisionRequest {
  @Model(DecisionSubject, { check: identified })
  readonly subject: DecisionSubject;

  @Enum(ACTIONS)
  readonly action: Action;

  @Model(DecisionResource)
  readonly resource: DecisionResource;

  @Model(DecisionRequestContext, OPTIONAL)
  readonly context: DecisionRequestContext | null;
}

/** The subject of a request whose fields were checked. */
export const toSubject = ({ type, value, id }: DecisionSubject): Subject =>
  type === 'credential' ? { type, value: value ?? '' } : { type, id: id ?? '' };

const NULLABLE = { nullable: true, type: String } as const;

export class DecidedSubjectResponse {
  @ApiProperty({ enum: ['platform_psk', 'user_psk', 'jwt', 'user'] })
  readonly kind: string;
  @ApiProperty({ ...NULLABLE, description: 'Null only for the platform PSK.' })
  readonly user_id: string | null;
  @ApiProperty(NULLABLE)
  readonly username: string | null;
  @ApiProperty({ ...NULLABLE, description: 'Of the platform PSK the first characters of its digest.' })
  readonly psk_id: string | null;
}

export class DecidedResourceResponse {
  @ApiProperty({ format: 'uuid' })
  readonly deployment_id: string;
  @ApiProperty({ example: 'active' })
  readonly status: string;
  @ApiProperty({ example: 'online' })
  readonly type: string;
  @ApiProperty({ example: 7 })
  readonly revision: number;
}

/** Name and access mode are null when the group is gone. */
export class DenyingGroupResponse {
  @ApiProperty()
  readonly id: string;
  @ApiProperty({ ...NULLABLE, example: 'fraud scoring' })
  readonly name: string | null;
  @ApiProperty({ ...NULLABLE, enum: ['private', 'restricted'] })
  readonly access: string | null;
}

export class DecisionResponse {
  @ApiProperty()
  readonly decision: boolean;
  @ApiProperty({ example: 'role_match' })
  readonly reason: string;
  @ApiProperty({ type: [String], example: ['nx1_engineer'] })
  readonly matched_roles: readonly string[];
  @ApiProperty({ type: DecidedSubjectResponse, nullable: true, description: 'Null: it identifies nobody.' })
  readonly subject: DecidedSubjectResponse | null;
  @ApiProperty({
    type: DecidedResourceResponse,
    nullable: true,
    description: 'Null: none, or not looked at.',
  })
  readonly resource: DecidedResourceResponse | null;
  @ApiProperty({ format: 'uuid' })
  readonly decision_id: string;
  @ApiProperty({ format: 'date-time' })
  readonly evaluated_at: string;
  @ApiProperty({ description: 'How long it may be acted on: 5 s an allow, a denial not at all.', example: 5 })
  readonly cache_ttl_seconds: number;
  @ApiProperty({ required: false, description: 'Of model_group_denied: what is in the way.' })
  readonly explanation?: string | null;
  @ApiProperty({ required: false, type: DenyingGroupResponse })
  readonly model_group?: DenyingGroupResponse;
}

export const toDecisionResponse = (decision: Decision): DecisionResponse => {
  const { subject, resource, modelGroup } = decision;
  return {
    decision: decision.allowed,
    reason: decision.reason,
    matched_roles: decision.matchedRoles,
    subject: subject && {
      kind: subject.kind,
      user_id: subject.userId,
      username: subject.username,
      psk_id: subject.pskId,
    },
    resource: resource && {
      deployment_id: resource.deploymentId,
      status: resource.status,
      type: resource.type,
      revision: Number(resource.revision),
    },
    decision_id: decision.decisionId,
    evaluated_at: toNx1Time(decision.evaluatedAt),
    cache_ttl_seconds: decision.cacheTtlSeconds,
    ...(modelGroup && {
      explanation: explanationOf(decision),
      model_group: { id: modelGroup.modelGroupId, name: modelGroup.name, access: modelGroup.access },
    }),
  };
};
