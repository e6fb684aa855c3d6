import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

// What Nx1's OpenAPI document (API version 0.10.2) says of its bodies: types, required fields, enums and nullability.

const text = { type: 'string' };
const uuid = { type: 'string', format: 'uuid' };
const dateTime = { type: 'string', format: 'date-time' };
const orNull = (schema: object): object => ({ anyOf: [schema, { type: 'null' }] });
const textOrNull = orNull(text);
const integerOrNull = orNull({ type: 'integer' });
const ref = (name: string): object => ({ $ref: `#/$defs/${name}` });

const $defs = {
  DeploymentType: { type: 'string', enum: ['batch', 'online'] },
  DeploymentStatus: {
    type: 'string',
    enum: ['pending', 'deploying', 'active', 'failed', 'stopped', 'archived'],
  },
  DeploymentRunStatus: { type: 'string', enum: ['queued', 'running', 'succeeded', 'failed'] },
  ModelReference: {
    type: 'object',
    properties: { model_name: text, model_version: textOrNull, model_alias: textOrNull },
    required: ['model_name'],
  },
  DeploymentRunSummary: {
    type: 'object',
    properties: {
      run_id: uuid,
      airflow_run_id: text,
      status: ref('DeploymentRunStatus'),
      rows_scored: integerOrNull,
      started_at: orNull(dateTime),
      finished_at: orNull(dateTime),
    },
    required: ['run_id', 'airflow_run_id', 'status'],
  },
  DeploymentResponse: {
    type: 'object',
    properties: {
      deployment_id: uuid,
      name: text,
      type: ref('DeploymentType'),
      status: ref('DeploymentStatus'),
      domain: text,
      owner: text,
      model: ref('ModelReference'),
      resolved_model_version: textOrNull,
      dag_id: textOrNull,
      dag_s3_uri: textOrNull,
      schedule: textOrNull,
      last_run: orNull(ref('DeploymentRunSummary')),
      service_url: textOrNull,
      replica_count: integerOrNull,
      ready_replicas: integerOrNull,
      allowed_roles: orNull({ type: 'array', items: text }),
      error_message: textOrNull,
      created_at: dateTime,
      updated_at: dateTime,
      stopped_at: orNull(dateTime),
    },
    required: [
      'deployment_id',
      'name',
      'type',
      'status',
      'domain',
      'owner',
      'model',
      'created_at',
      'updated_at',
    ],
  },
  ErrorResponse: {
    type: 'object',
    properties: { error: text, code: { type: 'integer' } },
    required: ['error'],
  },
  HTTPValidationError: {
    type: 'object',
    properties: { detail: { type: 'array', items: ref('ValidationError') } },
  },
  ValidationError: {
    type: 'object',
    properties: {
      loc: { type: 'array', items: { anyOf: [text, { type: 'integer' }] } },
      msg: text,
      type: text,
      input: {},
      ctx: { type: 'object' },
    },
    required: ['loc', 'msg', 'type'],
  },
} as const;

export type Nx1Schema = keyof typeof $defs;

const ajv = new Ajv2020({ strict: true, allErrors: true });
formats.default(ajv);
const validators = new Map<Nx1Schema, ValidateFunction>();

const validatorOf = (name: Nx1Schema): ValidateFunction => {
  const known = validators.get(name);
  if (known !== undefined) return known;
  const made = ajv.compile({ $defs, ...ref(name) });
  validators.set(name, made);
  return made;
};

const fieldsOf = (name: Nx1Schema): readonly string[] => {
  const { properties = {} } = $defs[name] as { readonly properties?: object };
  return Object.keys(properties);
};

/**
 * What keeps a body from being an answer of this kind. Beyond the document: our answers leave no field out, null stands
 * for what is not known, and they add none.
 */
export const deviationsFrom = (name: Nx1Schema, body: unknown): readonly string[] => {
  const validate = validatorOf(name);
  const broken = validate(body)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  const sent = Object.keys(body as object);
  const optional = name === 'ValidationError' ? ['input', 'ctx'] : [];
  return [
    ...broken,
    ...fieldsOf(name)
      .filter((field) => !sent.includes(field) && !optional.includes(field))
      .map((field) => `${field} is left out`),
    ...sent
      .filter((field) => !fieldsOf(name).includes(field))
      .map((field) => `${field} is not in the contract`),
  ];
};
