import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { currentSchemaVersions } from '../../../domain/events.js';
import type { AuditEntry, AuditFilter } from '../../../features/audit/index.js';
import { parseInstant } from '../validation/instant.js';
import { IsInstant, IsOneOf, IsText } from '../validation/rules.js';
import { ListQuery } from './list.dto.js';

export class AuditQuery extends ListQuery {
  @IsText(255, { optional: true })
  entityType?: string;

  @IsText(255, { optional: true })
  entityId?: string;

  @IsText(255, { optional: true })
  actor?: string;

  @IsOneOf(Object.keys(currentSchemaVersions), { optional: true })
  eventType?: string;

  @IsInstant({ optional: true })
  since?: string;

  @IsInstant({ optional: true })
  until?: string;

  @IsText(128, { optional: true })
  correlationId?: string;

  @IsOneOf(['desc', 'asc'], { optional: true })
  order: 'desc' | 'asc' = 'desc';
}

/** A time between two milliseconds is rounded up on both ends: events stand at whole milliseconds. */
const milliseconds = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : parseInstant(time)?.ceil;

export const toAuditFilter = (query: AuditQuery): AuditFilter => {
  const { entityType, entityId, actor, eventType, correlationId } = query;
  const since = milliseconds(query.since);
  const until = milliseconds(query.until);
  return {
    ...(entityType !== undefined && { entityType }),
    ...(entityId !== undefined && { entityId }),
    ...(actor !== undefined && { actor }),
    ...(eventType !== undefined && { eventType }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(correlationId !== undefined && { correlationId }),
  };
};

class ActorResponse {
  @ApiProperty({ enum: ['user', 'platform', 'system'] })
  kind: AuditEntry['actor']['kind'];
  @ApiProperty({ type: String, example: '5f0c0b6e-8d6f-4b57-9c3b-0a7a3e2f1d11' })
  id: string;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'As the directory knows the person now: full name, else username',
    example: 'Alice Archer',
  })
  name: string | null;
}

class CredentialResponse {
  @ApiProperty({ enum: ['jwt', 'user_psk', 'platform_psk', 'none'] })
  type: AuditEntry['credential']['type'];
  @ApiProperty({ type: String, nullable: true, example: '3f1c0b6e-8d6f-4b57-9c3b-0a7a3e2f1d11' })
  id: string | null;
}

@ApiSchema({ name: 'AuditEntry' })
export class AuditEntryResponse {
  @ApiProperty({ type: String, description: 'Place in the log, decimal', example: '1042' })
  position: string;
  @ApiProperty({ type: String, format: 'uuid', example: '9a1f6b3e-52d8-4c8e-9b1d-7f3e0c2a4b5d' })
  eventId: string;
  @ApiProperty({ type: String, example: 'RolesReplaced' })
  eventType: string;
  @ApiProperty({ type: 'integer', example: 1 })
  schemaVersion: number;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-31T09:30:00.000Z' })
  occurredAt: string;
  @ApiProperty({ type: String, example: 'deployment' })
  entityType: string;
  @ApiProperty({ type: String, example: 'b7a0c1de-6f0b-4d52-8f9a-3c1d2e4f5a6b' })
  entityId: string;
  @ApiProperty({ type: String, description: 'Place in the history of the entity, decimal', example: '7' })
  revision: string;
  @ApiProperty({ type: ActorResponse })
  actor: ActorResponse;
  @ApiProperty({ type: CredentialResponse })
  credential: CredentialResponse;
  @ApiProperty({ type: String, example: '0e4a3a1c-7a0e-4d3c-8d5e-2b1f0c9e8d7a' })
  correlationId: string;
  @ApiProperty({ type: String, example: '0e4a3a1c-7a0e-4d3c-8d5e-2b1f0c9e8d7a' })
  causationId: string;
  @ApiProperty({ type: String, nullable: true, example: null })
  traceparent: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why, in the words of whoever did it',
    example: 'Quarterly review',
  })
  reason: string | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: "The event's data",
    example: {
      before: ['nx1_engineer'],
      after: ['nx1_engineer', 'nx1_ask'],
      added: ['nx1_ask'],
      removed: [],
    },
  })
  data: Readonly<Record<string, unknown>>;
}

export const toAuditResponse = (entry: AuditEntry): AuditEntryResponse => ({
  ...entry,
  position: entry.position.toString(),
  revision: entry.revision.toString(),
});
