import type { JsonSchema } from '../../domain/shared/schema.js';
import type { CloudEvent } from '../feed/index.js';

const text = { type: 'string', minLength: 1 };

const members: Readonly<Record<keyof CloudEvent, JsonSchema>> = {
  specversion: { const: '1.0' },
  id: { type: 'string', format: 'uuid', description: 'The same whenever and however the event comes' },
  source: { type: 'string', format: 'uri-reference' },
  type: { ...text, description: '`countersign.<aggregate>.<EventType>`' },
  subject: { ...text, description: 'The stream: `deployment-<id>`' },
  time: { type: 'string', format: 'date-time' },
  datacontenttype: { const: 'application/json' },
  dataschema: { type: 'string', format: 'uri-reference' },
  sequence: { type: 'string', pattern: String.raw`^\d+$`, description: 'Log position: rises, may leave out' },
  partitionkey: { ...text, description: 'Events with the same one come in order' },
  correlationid: text,
  causationid: text,
  actorkind: { enum: ['user', 'platform', 'system'] },
  actorid: text,
  traceparent: { type: 'string' },
  data: { type: 'object' },
};

/** What all events have in common. */
export const envelopeSchema: JsonSchema = {
  title: 'CloudEvent',
  description: 'CloudEvents 1.0, structured JSON',
  type: 'object',
  required: Object.keys(members).filter((name) => name !== 'traceparent'),
  properties: members,
};
