import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import {
  REFUSED_ELSEWHERE,
  REFUSED_ROLES,
  VALID_CREATE,
  type RefusedBody,
} from '../../../test/support/nx1-refused-bodies.js';
import { checkJsonLimits } from '../../platform/http/json-body.js';
import { HttpProblem } from '../../platform/http/problem.js';
import { AllowedRolesUpdate } from './dto/allowed-roles-update.dto.js';
import { DeploymentCreate } from './dto/deployment-create.dto.js';
import { DeploymentPath, ModelPath } from './dto/deployment-path.dto.js';
import { DeploymentListQuery, PskListQuery } from './dto/list-queries.dto.js';
import { PskCreate, PskPath, PskRegenerate } from './dto/psk.dto.js';
import { DeploymentRunReport } from './dto/run-report.dto.js';
import { Nx1RequestPipe, type Parts } from './nx1-request.pipe.js';
import { Nx1Surface } from './nx1.surface.js';

interface Sent {
  readonly body?: string;
  readonly contentType?: string;
  readonly params?: object;
  readonly query?: object;
}

const requestOf = ({ body, params = {}, query = {} }: Sent): FastifyRequest =>
  ({
    headers: {},
    params,
    query,
    body: body === undefined ? undefined : Buffer.from(body),
  }) as unknown as FastifyRequest;

const read = (parts: Parts, sent: Sent): Readonly<Record<string, object>> => {
  const request = requestOf(sent);
  checkJsonLimits(request.body as Buffer | undefined, sent.contentType ?? 'application/json');
  return new Nx1RequestPipe(parts).transform(request);
};

const answerTo = (parts: Parts, sent: Sent): { status: number; body: unknown } => {
  try {
    read(parts, sent);
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    const { status, body } = new Nx1Surface().render(error, requestOf(sent));
    return { status, body };
  }
  throw new Error('was not refused');
};

const PARTS = {
  roles: { body: AllowedRolesUpdate },
  create: { body: DeploymentCreate },
  run: { body: DeploymentRunReport },
  'admin-psk': { path: PskPath },
} as const satisfies Record<RefusedBody['route'], Parts>;

describe('fields that Nx1 refuses', () => {
  it.each([...REFUSED_ROLES, ...REFUSED_ELSEWHERE])('$route: $title', (row) => {
    const { route, sent, contentType, detail } = row;
    const request = route === 'admin-psk' ? { params: { id: sent } } : { body: sent, contentType };
    expect(answerTo(PARTS[route], request as Sent)).toStrictEqual({ status: 422, body: { detail } });
  });
});

const bodyOf = (dto: new () => object, body: object): object => ({
  ...read({ body: dto }, { body: JSON.stringify(body) })['body'],
});

describe('fields that Nx1 takes', () => {
  it('fills in the defaults of a deployment', () => {
    expect(bodyOf(DeploymentCreate, VALID_CREATE)).toMatchObject({
      name: 'prod',
      model: { model_name: 'churn', model_version: '3', model_alias: null },
      source: {
        schema: 'features',
        table: 'customers',
        catalog: 'iceberg',
        filter_sql: null,
        snapshot_id: null,
      },
      target: { schema: 'scores', table: 'churn_daily', catalog: 'iceberg' },
      type: 'batch',
      schedule: null,
      rerun_behavior: 'overwrite_partition',
      partition_column: 'scored_at',
      trigger_now: false,
      allowed_roles: null,
      importance: 'MODERATE',
    });
  });

  it.each([
    ['a list', { allowed_roles: ['b', 'a'] }, ['b', 'a']],
    ['a list left out', {}, []],
    ['unknown extra keys', { allowed_roles: ['a'], roles: 7, extra: { deep: [] } }, ['a']],
    ['255 characters outside the basic plane', { allowed_roles: ['😀'.repeat(255)] }, ['😀'.repeat(255)]],
    ['blanks at the ends', { allowed_roles: [' a '] }, [' a ']],
  ])('takes %s', (_, body, allowed_roles) => {
    expect(bodyOf(AllowedRolesUpdate, body)).toStrictEqual({ allowed_roles });
  });

  it.each([
    ['12', 12],
    [' +1_000 ', 1000],
    ['7.0', 7],
    [true, 1],
    [12, 12],
    [null, null],
    [undefined, null],
  ])('reads rows_scored %j as %j', (sent, rows_scored) => {
    const body = { airflow_run_id: 'r', status: 'running', rows_scored: sent };
    expect(bodyOf(DeploymentRunReport, body)).toMatchObject({ rows_scored });
  });

  it.each([
    ['yes', true],
    ['ON', true],
    [1, true],
    ['0', false],
    ['f', false],
    [0, false],
  ])('reads trigger_now %j as %j', (trigger_now, expected) => {
    expect(bodyOf(DeploymentCreate, { ...VALID_CREATE, trigger_now })).toMatchObject({
      trigger_now: expected,
    });
  });

  it('tells a description left out from one that is null', () => {
    expect(bodyOf(PskRegenerate, {})).toStrictEqual({
      description: undefined,
      valid_until: null,
      overlap_seconds: 0,
    });
    expect(bodyOf(PskRegenerate, { description: null })).toMatchObject({ description: null });
  });

  it('reads a time with any offset as UTC', () => {
    expect(bodyOf(PskCreate, { valid_until: '2030-01-01T01:00:00+01:00' })).toMatchObject({
      valid_until: '2030-01-01T00:00:00.000Z',
    });
  });

  it.each(['2030-01-01', '2030-01-01T00:00:00', '2030-13-01T00:00:00Z', 'x', ''])(
    'refuses the time %j',
    (input) => {
      const error = 'expected RFC 3339 with a time zone';
      expect(
        answerTo({ body: PskCreate }, { body: JSON.stringify({ valid_until: input }) }).body,
      ).toStrictEqual({
        detail: [
          {
            type: 'datetime_parsing',
            loc: ['body', 'valid_until'],
            msg: `Input should be a valid datetime, ${error}`,
            input,
            ctx: { error },
          },
        ],
      });
    },
  );

  it('takes no body for an empty one only where it is optional', () => {
    expect({ ...read({ body: PskCreate, bodyOptional: true }, {})['body'] }).toStrictEqual({
      description: null,
      valid_until: null,
    });
    expect(answerTo({ body: PskCreate }, {}).status).toBe(422);
  });
});

const MODEL = String.raw`^(?!\.$)(?!.*\.\.)(?=.*\S)[^\p{Cc}/\\%]{1,255}$`;

describe('names in the path', () => {
  it.each([
    ['a slash', 'a/b'],
    ['two dots', '..'],
    ['one dot', '.'],
    ['two dots inside', 'a..b'],
    ['a percent sign', 'a%2fb'],
    ['a backslash', '\\'],
    ['nothing', ''],
    ['blanks', '   '],
    ['a line break', 'a\r\nb'],
    ['NUL', 'a\u0000'],
    ['256 characters', 'm'.repeat(256)],
    ['10 000 characters', 'm'.repeat(10_000)],
  ])('refuses a model of %s', (_, model) => {
    expect(answerTo({ path: ModelPath }, { params: { model } }).body).toStrictEqual({
      detail: [
        {
          type: 'string_pattern_mismatch',
          loc: ['path', 'model'],
          msg: `String should match pattern '${MODEL}'`,
          input: model,
          ctx: { pattern: MODEL },
        },
      ],
    });
  });

  it.each([
    ['a word', 'churn'],
    ['upper case and a blank', 'Churn 2'],
    ['single dots', 'a.b'],
    ['other letters', 'équipe'],
    ['255 characters', 'm'.repeat(255)],
  ])('takes a model of %s', (_, model) => {
    expect(read({ path: ModelPath }, { params: { model } })).toMatchObject({ path: { model } });
  });

  it('says what is wrong with path and body in one reply', () => {
    const parts = { path: DeploymentPath, body: AllowedRolesUpdate };
    const sent = { params: { model: '..', name: 'n'.repeat(64) }, body: '{"allowed_roles":1}' };
    const { body } = answerTo(parts, sent) as { body: { detail: { loc: unknown }[] } };
    expect(body.detail.map(({ loc }) => loc)).toStrictEqual([
      ['path', 'model'],
      ['path', 'name'],
      ['body', 'allowed_roles'],
    ]);
  });
});

describe('the query of a list', () => {
  it('has defaults, and the last of repeated values counts', () => {
    expect({
      ...read({ query: DeploymentListQuery }, { query: { limit: ['5', '7'] } })['query'],
    }).toStrictEqual({
      status: undefined,
      type: undefined,
      include_archived: false,
      limit: 7,
      offset: 0,
    });
  });

  it.each([
    ['status', 'x', 'enum'],
    ['type', '', 'enum'],
    ['include_archived', 'maybe', 'bool_parsing'],
    ['limit', '0', 'greater_than_equal'],
    ['limit', '1001', 'less_than_equal'],
    ['limit', 'ten', 'int_parsing'],
    ['limit', '1.5', 'int_parsing'],
    ['offset', '-1', 'greater_than_equal'],
    ['offset', '9'.repeat(40), 'less_than_equal'],
  ])('refuses %s=%s', (name, input, type) => {
    const { body } = answerTo({ query: DeploymentListQuery }, { query: { [name]: input } });
    expect(body).toMatchObject({ detail: [{ type, loc: ['query', name], input }] });
  });

  it.each(['1', '1-', 'a-b', '1-2-3', `${'9'.repeat(16)}-1`])('refuses the cursor %s', (cursor) => {
    expect(answerTo({ query: PskListQuery }, { query: { cursor } }).body).toMatchObject({
      detail: [{ type: 'string_pattern_mismatch', loc: ['query', 'cursor'] }],
    });
  });
});
