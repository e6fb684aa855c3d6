import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { isEventType, type EventType } from '../../../domain/events.js';
import type { CloudEvent, FeedFilter, FeedPage } from '../../../features/feed/index.js';
import { HttpProblem } from '../../../platform/http/problem.js';
import { IsForm, IsText } from '../validation/rules.js';

export class SchemaPath {
  /** Which types and versions there are is no rule of the path: another one is a place where nothing is. */
  @IsText(255)
  eventType: string;

  @IsText(255)
  version: string;
}

export const POSITION = /^(?:-1|\d{1,18})$/;

/** Which events, and after which position. */
export class StreamQuery {
  @IsForm(POSITION, 'must be a position as `next` gave it')
  after?: string;

  @IsForm(/^[A-Za-z]{1,100}(?:,[A-Za-z]{1,100}){0,99}$/, 'must be event types, separated by commas')
  types?: string;

  @IsForm(
    /^[A-Za-z]{1,50}-[^\p{Cc}\p{Cs}]{1,255}$/u,
    'must be the subject of events, such as deployment-<id>',
  )
  entity?: string;

  @IsText(255, { optional: true })
  actor?: string;
}

export class EventsQuery extends StreamQuery {
  @IsForm(/^(?:[1-9]\d{0,2}|1000)$/, 'must be a whole number from 1 to 1000')
  limit?: string;
}

const eventTypesIn = (types: string): readonly EventType[] =>
  types.split(',').map((type) => {
    if (isEventType(type)) return type;
    const message = `${type} is not an event type`;
    throw new HttpProblem(422, 'invalid-request', 'The request does not fit: see errors', {
      errors: [{ location: ['query', 'types'], message }],
    });
  });

export const toFeedFilter = ({ types, entity, actor }: StreamQuery): FeedFilter => ({
  ...(types !== undefined && { types: eventTypesIn(types) }),
  ...(entity !== undefined && { entity }),
  ...(actor !== undefined && { actor }),
});

@ApiSchema({ name: 'CloudEvent', description: 'CloudEvents 1.0, structured JSON' })
class CloudEventResponse implements CloudEvent {
  @ApiProperty({ enum: ['1.0'] })
  specversion: '1.0';
  @ApiProperty({ type: String, format: 'uuid', example: '9a1f6b3e-52d8-4c8e-9b1d-7f3e0c2a4b5d' })
  id: string;
  @ApiProperty({ type: String, format: 'uri-reference', example: '/countersign' })
  source: string;
  @ApiProperty({ type: String, example: 'countersign.deployment.RolesReplaced' })
  type: string;
  @ApiProperty({ type: String, example: 'deployment-b7a0c1de-6f0b-4d52-8f9a-3c1d2e4f5a6b' })
  subject: string;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-31T09:30:00.000Z' })
  time: string;
  @ApiProperty({ enum: ['application/json'] })
  datacontenttype: 'application/json';
  @ApiProperty({ type: String, example: '/governance/v1/schemas/RolesReplaced/1' })
  dataschema: string;
  @ApiProperty({ type: String, description: 'Log position, decimal', example: '1042' })
  sequence: string;
  @ApiProperty({ type: String, example: 'deployment-b7a0c1de-6f0b-4d52-8f9a-3c1d2e4f5a6b' })
  partitionkey: string;
  @ApiProperty({ type: String, example: '0e4a3a1c-7a0e-4d3c-8d5e-2b1f0c9e8d7a' })
  correlationid: string;
  @ApiProperty({ type: String, example: '0e4a3a1c-7a0e-4d3c-8d5e-2b1f0c9e8d7a' })
  causationid: string;
  @ApiProperty({ enum: ['user', 'platform', 'system'] })
  actorkind: string;
  @ApiProperty({ type: String, example: 'platform' })
  actorid: string;
  @ApiProperty({
    type: String,
    required: false,
    example: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  })
  traceparent?: string;
  @ApiProperty({ type: 'object', additionalProperties: true, example: { added: ['nx1_ask'], removed: [] } })
  data: Readonly<Record<string, unknown>>;
}

@ApiSchema({ name: 'EventPage' })
export class EventPageResponse {
  @ApiProperty({ type: [CloudEventResponse] })
  items: readonly CloudEventResponse[];
  @ApiProperty({
    type: String,
    description: 'Ask after this position next. No items and the same `next` again: the end, for now',
    example: '1042',
  })
  next: string;
}

/** The body: the events stand in it as every channel writes them. */
export const eventPageJson = ({ items, next }: FeedPage): string =>
  `{"items":[${items.join(',')}],"next":"${next}"}`;
