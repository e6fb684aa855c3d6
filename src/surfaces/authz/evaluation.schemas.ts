import type { ApiBody } from '@nestjs/swagger';
import { ACTIONS } from '../../features/decisions/index.js';
import { MAX_EVALUATIONS, SEMANTICS } from './evaluations-request.js';

// AuthZEN's shapes are unions and defaults, which the document can say and a class per DTO can't.
type BodyOptions = Extract<Parameters<typeof ApiBody>[0], { schema: unknown }>;
type Schema = Extract<BodyOptions['schema'], { type?: unknown }>;

const text: Schema = { type: 'string', minLength: 1 };

const subject: Schema = {
  oneOf: [
    {
      type: 'object',
      required: ['type', 'id'],
      properties: {
        type: { type: 'string', enum: ['user'] },
        id: { ...text, description: 'User id (`sub`)' },
      },
    },
    {
      type: 'object',
      required: ['type'],
      description: 'A PSK or JWT, as `id` or as `value`',
      properties: { type: { type: 'string', enum: ['credential'] }, id: text, value: text },
    },
  ],
};

const action: Schema = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', enum: [...ACTIONS] } },
};

const resource: Schema = {
  type: 'object',
  required: ['type'],
  description: 'By id, or by the names in `properties`',
  properties: {
    type: { type: 'string', enum: ['deployment'] },
    id: { type: 'string', format: 'uuid' },
    properties: { type: 'object', properties: { model: text, deployment: text } },
  },
};

const context: Schema = {
  type: 'object',
  properties: { ip: { type: 'string', description: 'Where the credential was presented' } },
};

const tuple = { subject, action, resource, context };

const decision: Schema = {
  type: 'object',
  required: ['decision'],
  properties: { decision: { type: 'boolean' }, context: { type: 'object' } },
};

const example = {
  subject: { type: 'user', id: '7f0c' },
  action: { name: 'invoke' },
  resource: { type: 'deployment', properties: { model: 'churn', deployment: 'prod' } },
};

const allowed = {
  decision: true,
  context: {
    reason: 'role_match',
    matched_roles: ['nx1_engineer'],
    deployment_id: '3c90c3cc-0d44-4b50-8888-8dd25736052a',
    decision_id: '9f2e9c4e-6c1a-4d1c-9d0a-3f6f0a8b1c2d',
    evaluated_at: '2026-01-01T00:00:00.000Z',
    cache_ttl_seconds: 5,
  },
};

export const evaluationRequestSchema: Schema = {
  type: 'object',
  required: ['subject', 'action', 'resource'],
  properties: tuple,
  example,
};

export const evaluationResponseSchema: Schema = { ...decision, example: allowed };

export const evaluationsRequestSchema: Schema = {
  type: 'object',
  properties: {
    ...tuple,
    evaluations: {
      type: 'array',
      maxItems: MAX_EVALUATIONS,
      description: 'What an item leaves out is taken from the top level',
      items: { type: 'object', properties: tuple },
    },
    options: {
      type: 'object',
      properties: { evaluations_semantic: { type: 'string', enum: [...SEMANTICS], default: SEMANTICS[0] } },
    },
  },
  example: { ...example, action: undefined, evaluations: ACTIONS.map((name) => ({ action: { name } })) },
};

export const evaluationsResponseSchema: Schema = {
  oneOf: [
    {
      type: 'object',
      required: ['evaluations'],
      properties: { evaluations: { type: 'array', items: decision } },
    },
    decision,
  ],
  example: { evaluations: [allowed] },
};
