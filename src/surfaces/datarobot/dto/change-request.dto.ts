import { ApiExtraModels, ApiProperty, ApiSchema, getSchemaPath } from '@nestjs/swagger';
import type { Change, ChangeRequestView, RequestFilter } from '../../../features/change-requests/index.js';
import type { FieldError } from '../../../platform/http/problem.js';
import { refuseFaults } from '../request.js';
import { field, Flag, Spelled, Text } from '../validation/fields.js';
import { Param, Params } from '../validation/parameters.js';
import { values } from '../validation/query-rules.js';
import { refuse, type Rule } from '../validation/rule.js';
import { oneOf, spelled, stringFlag, text } from '../validation/text-rules.js';
import { PAYLOAD_CLASSES, readChange, toPayload } from './change.dto.js';
import { COMMENT, ID } from './limits.js';
import { ListQuery } from './list.dto.js';
import {
  CHANGE_ACTIONS,
  ENTITY_TYPES,
  REQUEST_STATUSES,
  SETTABLE_STATUSES,
  type ChangeAction,
} from './words.js';

type RequestStatus = (typeof REQUEST_STATUSES)[number];

/** Which payload it must be is known only with the action: see `readChange`. */
const asSent: Rule = (value) => value;
const payloads = { oneOf: PAYLOAD_CLASSES.map((payload) => ({ $ref: getSchemaPath(payload) })) };

@ApiExtraModels(...PAYLOAD_CLASSES)
@ApiSchema({ name: 'ChangeRequestCreate' })
export class ChangeRequestCreate {
  @Spelled(CHANGE_ACTIONS)
  readonly action: ChangeAction;

  @Flag({ description: 'Apply the change as soon as it is approved' })
  readonly autoApply: boolean;

  @field(asSent, payloads, { optional: true, description: 'Required, except for delete' })
  readonly change?: unknown;

  @Text({ ...COMMENT, optional: true })
  readonly comment?: string;

  @Text({ ...ID, description: 'The deployment' })
  readonly entityId: string;

  @Spelled(ENTITY_TYPES)
  readonly entityType: 'deployment';
}

@ApiSchema({ name: 'ChangeRequestUpdate' })
export class ChangeRequestUpdate {
  @Flag({ optional: true })
  readonly autoApply?: boolean;

  @field(asSent, payloads, { optional: true })
  readonly change?: unknown;

  @Text({ ...COMMENT, optional: true })
  readonly comment?: string;
}

@ApiSchema({ name: 'ChangeRequestUpdateStatus' })
export class ChangeRequestUpdateStatus {
  @Spelled(SETTABLE_STATUSES)
  readonly status: (typeof SETTABLE_STATUSES)[number];
}

const ORDERS = ['createdAt', '-createdAt', 'updatedAt', '-updatedAt', 'processedAt', '-processedAt'] as const;
const STRING_FLAG = { type: 'string', enum: ['false', 'False', 'true', 'True'] };

export class ChangeRequestsQuery extends ListQuery {
  @Param(spelled(ENTITY_TYPES), { type: 'string', enum: [...ENTITY_TYPES] }, { required: true })
  readonly entityType: 'deployment';

  @Params(values(text(ID)), { type: 'string' }, 'One or several, repeated or with commas between')
  readonly entityId?: readonly string[];

  @Param(stringFlag, STRING_FLAG, { description: "true: the caller's own; false: those of others" })
  readonly myRequests?: boolean;

  @Param(stringFlag, STRING_FLAG, { description: 'true: only approved ones; false: all but those' })
  readonly showApproved?: boolean;

  @Param(stringFlag, STRING_FLAG, { description: 'true: only cancelled ones; false: all but those' })
  readonly showCancelled?: boolean;

  @Params(
    values(spelled(REQUEST_STATUSES)),
    { type: 'string', enum: [...REQUEST_STATUSES] },
    'One or several, repeated or with commas between',
  )
  readonly status?: readonly RequestStatus[];

  @Param(oneOf(ORDERS), { type: 'string', enum: [...ORDERS] }, { fallback: '-createdAt' })
  readonly orderBy: (typeof ORDERS)[number];
}

class DiffResponse {
  @ApiProperty({ type: [String], maxItems: 1000, example: ['Importance: LOW'] })
  readonly changesFrom: readonly string[];
  @ApiProperty({ type: [String], maxItems: 1000, example: ['Importance: CRITICAL'] })
  readonly changesTo: readonly string[];
}

class UserOperationsResponse {
  @ApiProperty({ type: Boolean })
  readonly canCancel: boolean;
  @ApiProperty({ type: Boolean })
  readonly canComment: boolean;
  @ApiProperty({ type: Boolean })
  readonly canResolve: boolean;
  @ApiProperty({ type: Boolean })
  readonly canReview: boolean;
  @ApiProperty({ type: Boolean })
  readonly canUpdate: boolean;
}

@ApiExtraModels(...PAYLOAD_CLASSES)
@ApiSchema({ name: 'ChangeRequestResponse' })
export class ChangeRequestResponse {
  @ApiProperty({ type: String })
  readonly id: string;
  @ApiProperty({ enum: ENTITY_TYPES })
  readonly entityType: 'deployment';
  @ApiProperty({ type: String })
  readonly entityId: string;
  @ApiProperty({ enum: CHANGE_ACTIONS })
  readonly action: ChangeAction;
  @ApiProperty({
    ...payloads,
    nullable: true,
    description: 'null when the action takes no parameters',
    example: { importance: 'CRITICAL' },
  })
  readonly change: object | null;
  @ApiProperty({ type: String, description: 'Names the present content of `change`' })
  readonly changeVersionId: string;
  @ApiProperty({ type: Boolean })
  readonly autoApply: boolean;
  @ApiProperty({ type: String, required: false, maxLength: COMMENT.max })
  readonly comment?: string;
  @ApiProperty({ enum: REQUEST_STATUSES })
  readonly status: RequestStatus;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'null: nobody, or the system',
  })
  readonly statusChangedAt: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'null: nobody, or the system' })
  readonly statusChangedBy: string | null;
  @ApiProperty({ type: 'integer', minimum: 0 })
  readonly numApprovalsRequired: number;
  @ApiProperty({ type: DiffResponse })
  readonly diff: DiffResponse;
  @ApiProperty({ type: String, description: 'The requester' })
  readonly userId: string;
  @ApiProperty({ type: String, nullable: true, description: "The requester's e-mail address" })
  readonly userName: string | null;
  @ApiProperty({ type: UserOperationsResponse, description: 'What the caller may do' })
  readonly userOperations: UserOperationsResponse;
  @ApiProperty({ type: String, format: 'date-time' })
  readonly createdAt: string;
  @ApiProperty({ type: String, format: 'date-time' })
  readonly updatedAt: string;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it was resolved or cancelled',
  })
  readonly processedAt: string | null;
}

const CHANGE = ['body', 'change'];

/**
 * The change that a body holds, for a request of this action.
 * @throws HttpProblem 422
 */
const changeIn = (action: ChangeAction, payload: unknown): Change => {
  const faults: FieldError[] = [];
  const change =
    payload === undefined
      ? refuse(CHANGE, faults, 'is required')
      : readChange(action, payload, CHANGE, faults);
  refuseFaults(faults);
  return change;
};

/** A delete may be asked for without saying anything of it. */
export const toNewRequest = ({ action, change, autoApply, comment, entityId }: ChangeRequestCreate) => ({
  entityId,
  change: changeIn(action, action === 'delete' ? (change ?? {}) : change),
  autoApply,
  comment: comment ?? null,
});

/** `action` is that of the request, which never changes. */
export const toRevision = (action: ChangeAction, { change, autoApply, comment }: ChangeRequestUpdate) => ({
  ...(change !== undefined && { change: changeIn(action, change) }),
  ...(autoApply !== undefined && { autoApply }),
  ...(comment !== undefined && { comment }),
});

export const toFilter = ({
  entityId,
  status,
  myRequests,
  showApproved,
  showCancelled,
}: ChangeRequestsQuery): RequestFilter => ({
  ...(entityId && { entityIds: entityId }),
  ...(status && { statuses: status }),
  ...(myRequests !== undefined && { mine: myRequests }),
  ...(showApproved !== undefined && { approved: showApproved }),
  ...(showCancelled !== undefined && { cancelled: showCancelled }),
});

export const toChangeRequestResponse = (request: ChangeRequestView): ChangeRequestResponse => ({
  id: request.changeRequestId,
  entityType: request.entityType,
  entityId: request.entityId,
  action: request.action,
  change: toPayload(request.change),
  changeVersionId: request.changeVersionId,
  autoApply: request.autoApply,
  ...(request.comment !== null && { comment: request.comment }),
  status: request.status,
  statusChangedAt: request.statusChangedAt,
  statusChangedBy: request.statusChangedBy,
  numApprovalsRequired: request.approvalsRequired,
  diff: request.diff,
  userId: request.requesterId,
  userName: request.requesterEmail,
  userOperations: request.userOperations,
  createdAt: request.createdAt,
  updatedAt: request.updatedAt,
  processedAt: request.processedAt,
});
