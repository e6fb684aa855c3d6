import { aggregateOf } from '../../domain/event-aggregates.js';
import { dataSchemaOf } from '../../domain/event-schemas.js';
import {
  BOOKKEEPING_AGGREGATES,
  currentSchemaVersions,
  isEventType,
  type EventType,
} from '../../domain/events.js';
import { envelopeSchema } from './envelope.schema.js';

/** What a webhook never carries: it would cause more of the same. */
const WEBHOOK_AGGREGATE = 'webhook';

const handedOut = Object.keys(currentSchemaVersions).filter(
  (type): type is EventType => isEventType(type) && !BOOKKEEPING_AGGREGATES.includes(aggregateOf[type]),
);

const message = (type: EventType): object => {
  const version = currentSchemaVersions[type];
  return {
    name: type,
    title: `${type}, version ${version}`,
    contentType: 'application/cloudevents+json',
    correlationId: { location: '$message.payload#/correlationid' },
    payload: {
      allOf: [
        { $ref: '#/components/schemas/CloudEvent' },
        {
          type: 'object',
          properties: {
            type: { const: `countersign.${aggregateOf[type]}.${type}` },
            dataschema: { const: `/governance/v1/schemas/${type}/${version}` },
            data: { $ref: `#/components/schemas/${type}` },
          },
        },
      ],
    },
  };
};

const each = <Made>(types: readonly EventType[], make: (type: EventType) => Made): Record<string, Made> =>
  Object.fromEntries(types.map((type) => [type, make(type)]));

const channel = (address: string | null, types: readonly EventType[], description: string): object => ({
  address,
  description,
  messages: each(types, (type) => ({ $ref: `#/components/messages/${type}` })),
});

const filters = {
  types: { type: 'string', description: 'Event types, separated by commas' },
  entity: { type: 'string', description: 'The subject of the events' },
  actor: { type: 'string', description: "The actor's id" },
  after: { type: 'string', description: 'Position, exclusive' },
};

const reading = (name: string, summary: string, query: object): object => ({
  action: 'send',
  channel: { $ref: `#/channels/${name}` },
  summary,
  bindings: {
    http: { method: 'GET', query: { type: 'object', properties: query }, bindingVersion: '0.3.0' },
  },
});

const serversAt = (publicUrl: string | null): object => {
  if (publicUrl === null) return {};
  const { host, protocol, pathname } = new URL(publicUrl);
  const security = ['bearer', 'psk'].map((name) => ({ $ref: `#/components/securitySchemes/${name}` }));
  const path = pathname === '/' ? {} : { pathname };
  return { servers: { countersign: { host, protocol: protocol.replace(':', ''), ...path, security } } };
};

/** Which events there are and on which ways they come, as an AsyncAPI 3 document. */
export const asyncApiDocument = ({
  publicUrl,
  version,
}: {
  readonly publicUrl: string | null;
  readonly version: string;
}): object => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Countersign events',
    version,
    description:
      'Every change of a governed entity, at least once, in order per entity, with the same id on repeats. The same bytes ' +
      'in the feed, the stream and webhooks.',
  },
  ...serversAt(publicUrl),
  defaultContentType: 'application/cloudevents+json',
  channels: {
    feed: channel('/governance/v1/events', handedOut, 'Pages of events in log order, for who asks.'),
    stream: channel(
      '/governance/v1/events/stream',
      handedOut,
      'Server-sent events in log order: `id` is the position, `event` the event type, `data` the CloudEvent in one line.',
    ),
    webhook: channel(
      null,
      handedOut.filter((type) => aggregateOf[type] !== WEBHOOK_AGGREGATE),
      'One POST per event to an address that was registered, signed as Standard Webhooks has it.',
    ),
  },
  operations: {
    readFeed: reading('feed', 'A page of events', {
      ...filters,
      limit: { type: 'integer', minimum: 1, maximum: 1000 },
    }),
    followStream: reading('stream', 'Events as they happen', filters),
    deliver: {
      action: 'send',
      channel: { $ref: '#/channels/webhook' },
      summary: 'An event to a webhook',
      bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
    },
  },
  components: {
    messages: each(handedOut, message),
    schemas: {
      CloudEvent: envelopeSchema,
      ...each(handedOut, (type) => dataSchemaOf(type, currentSchemaVersions[type])),
    },
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'Keycloak access token, or a key' },
      psk: { type: 'httpApiKey', in: 'header', name: 'Authorization-PSK' },
    },
  },
});
