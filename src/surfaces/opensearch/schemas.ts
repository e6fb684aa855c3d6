import type { ApiBody } from '@nestjs/swagger';
import { ACCESS_MODES } from '../../features/model-groups/index.js';
import { MAX_BACKEND_ROLES, MAX_DESCRIPTION_LENGTH, MAX_NAME_LENGTH } from './body/group-body.js';
import { CLAUSES } from './search/query.js';
import { MAX_WINDOW } from './search/limits.js';

// Bodies are read token by token, as upstream reads them, so their shapes are written down here rather than in classes.
type BodyOptions = Extract<Parameters<typeof ApiBody>[0], { schema: unknown }>;
export type Schema = Extract<BodyOptions['schema'], { type?: unknown }>;

const text: Schema = { type: 'string' };
const texts: Schema = { type: 'array', items: text };
const count: Schema = { type: 'integer', minimum: 0 };
const milliseconds: Schema = { type: 'integer', description: 'Epoch milliseconds' };

const SAFE_TEXT = 'Letters, numbers, white space and .,!?():@-_/\'"';

const textProperties: Schema['properties'] = {
  name: { ...text, maxLength: MAX_NAME_LENGTH, description: SAFE_TEXT },
  description: { ...text, maxLength: MAX_DESCRIPTION_LENGTH, description: SAFE_TEXT },
};

const accessProperties: Schema['properties'] = {
  access_mode: { type: 'string', enum: [...ACCESS_MODES], description: 'In any case of letters' },
  backend_roles: {
    type: 'array',
    items: text,
    maxItems: MAX_BACKEND_ROLES,
    description: 'Of a restricted group: whoever holds one of them may use it',
  },
  add_all_backend_roles: {
    oneOf: [{ type: 'boolean' }, { type: 'string', enum: ['true', 'false', ''] }],
    description: "Takes the caller's own roles, as they are now",
  },
};

export const registrationSchema: Schema = {
  type: 'object',
  required: ['name'],
  properties: {
    ...textProperties,
    ...accessProperties,
    model_group_id: {
      ...text,
      maxLength: 512,
      pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$',
      description: 'An id of your own',
    },
  },
  example: {
    name: 'fraud scoring',
    description: 'card fraud',
    access_mode: 'restricted',
    backend_roles: ['risk'],
  },
};

export const updateSchema: Schema = {
  type: 'object',
  properties: {
    ...textProperties,
    ...accessProperties,
  },
  example: { description: 'card fraud, second line' },
};

export const registeredSchema: Schema = {
  type: 'object',
  required: ['model_group_id', 'status'],
  properties: { model_group_id: text, status: { type: 'string', enum: ['CREATED'] } },
};

export const updatedSchema: Schema = {
  type: 'object',
  required: ['status'],
  properties: { status: { type: 'string', enum: ['Updated'] } },
};

const shards: Schema = {
  type: 'object',
  properties: { total: count, successful: count, skipped: count, failed: count },
};

const place: Schema['properties'] = {
  _index: text,
  _id: text,
  _version: { ...count, description: 'Writes to this id' },
  _seq_no: { type: 'integer', description: 'Position in the log of the last of them' },
  _primary_term: count,
};

export const deletionSchema: Schema = {
  type: 'object',
  required: ['_id', 'result'],
  properties: {
    ...place,
    result: { type: 'string', enum: ['deleted', 'not_found'] },
    forced_refresh: { type: 'boolean' },
    _shards: shards,
  },
};

const owner: Schema = {
  type: 'object',
  description: 'As he was when he registered the group; left out where access control was off then',
  properties: {
    name: text,
    backend_roles: texts,
    roles: texts,
    user_requested_tenant: { ...text, nullable: true },
    user_requested_tenant_access: { ...text, nullable: true },
    custom_attribute_names: texts,
  },
};

export const groupSchema: Schema = {
  type: 'object',
  required: ['name', 'latest_version', 'access', 'created_time', 'last_updated_time'],
  properties: {
    name: text,
    latest_version: { ...count, description: 'Models registered in the group' },
    description: text,
    backend_roles: texts,
    owner,
    access: { type: 'string', enum: [...ACCESS_MODES] },
    created_time: milliseconds,
    last_updated_time: milliseconds,
  },
};

export const searchSchema: Schema = {
  type: 'object',
  properties: {
    query: { type: 'object', description: `One of ${CLAUSES.join(', ')}` },
    from: { ...count, default: 0 },
    size: { ...count, default: 10, description: `With from at most ${MAX_WINDOW}` },
    sort: { description: 'A field, `{<field>: "asc" | "desc"}`, or a list of them' },
    _source: { description: 'Fields to show, or `{includes, excludes}`' },
  },
  example: { query: { bool: { must: [{ match: { name: 'fraud' } }] } }, sort: [{ created_time: 'desc' }] },
};

export const hitsSchema: Schema = {
  type: 'object',
  required: ['took', 'timed_out', '_shards', 'hits'],
  properties: {
    took: { ...count, description: 'Milliseconds' },
    timed_out: { type: 'boolean' },
    _shards: shards,
    hits: {
      type: 'object',
      properties: {
        total: { type: 'object', properties: { value: count, relation: { type: 'string', enum: ['eq'] } } },
        max_score: { type: 'number', nullable: true },
        hits: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              ...place,
              _score: { type: 'number', nullable: true },
              _source: groupSchema,
              sort: { type: 'array', items: {} },
            },
          },
        },
      },
    },
  },
};

const cause: Schema = {
  type: 'object',
  required: ['type', 'reason'],
  properties: { type: text, reason: text },
};

export const refusalSchema: Schema = {
  type: 'object',
  required: ['error', 'status'],
  properties: {
    error: {
      type: 'object',
      required: ['root_cause', 'type', 'reason'],
      properties: { root_cause: { type: 'array', items: cause }, type: text, reason: text },
    },
    status: { type: 'integer' },
  },
};
