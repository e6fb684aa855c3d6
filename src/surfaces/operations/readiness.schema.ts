import type { Readiness } from '../../platform/health/health.js';

const position = { type: 'string', description: 'A decimal; -1 before the first event' };

export const READINESS_SCHEMA = {
  type: 'object',
  required: ['status', 'store', 'projections'],
  properties: {
    status: {
      type: 'string',
      enum: ['ok', 'stopping', 'storeUnreachable', 'projectionFailed', 'catchingUp'],
    },
    store: {
      type: 'object',
      required: ['kind', 'reachable'],
      properties: {
        kind: { type: 'string', enum: ['sqlite', 'eventstoredb'] },
        reachable: { type: 'boolean' },
      },
    },
    projections: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'version', 'position', 'lag', 'state'],
        properties: {
          name: { type: 'string' },
          version: { type: 'integer' },
          position,
          lag: { type: 'string', description: 'Positions to the head of the log' },
          state: { type: 'string', enum: ['live', 'catchingUp', 'rebuilding', 'failed'] },
          error: {
            type: 'object',
            description: 'Where and why it stopped',
            required: ['position', 'eventType', 'message'],
            properties: {
              position,
              eventType: { type: 'string', nullable: true },
              message: { type: 'string' },
            },
          },
        },
      },
    },
  },
};

export const READINESS_EXAMPLE: Readiness = {
  status: 'ok',
  store: { kind: 'sqlite', reachable: true },
  projections: [{ name: 'deployments', version: 1, position: '4711', lag: '0', state: 'live' }],
};
