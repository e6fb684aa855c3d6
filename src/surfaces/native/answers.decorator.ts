import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiExtraModels,
  ApiHeader,
  ApiQuery,
  ApiResponse,
  ApiSecurity,
  getSchemaPath,
} from '@nestjs/swagger';
import { ProblemResponse } from './dto/problem.dto.js';
import { PROBLEM_TYPE } from './native.surface.js';

/** Why each status comes. */
type Reasons = Readonly<Record<number, string>>;

const EVERYWHERE: Reasons = {
  400: 'Two credentials, or a request that cannot be parsed',
  401: 'No credential, or one that is not valid',
  422: 'What was sent does not fit',
  429: 'Too many requests, or too many wrong keys',
  431: 'The headers are larger than 16 KiB',
  503: 'The service cannot answer now; Retry-After says when to try again',
};

const EVERY_WRITE: Reasons = {
  409: 'Others were changing the same at the same time, or a request with this idempotency key is still running',
  412: 'If-Match names another revision',
  413: 'The body is larger than 1 MiB',
  415: 'The body is not declared as JSON',
};

const ADMINS_ONLY: Reasons = { 403: 'Neither the platform PSK nor a governance administrator' };

const example = (status: number, detail: string): object => ({
  type: 'urn:countersign:problem:slug',
  title: 'Slug',
  status,
  detail,
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  ...(status === 422 && { errors: [{ pointer: '/name', detail: 'is not known here' }] }),
});

const refusals = (common: Reasons, own: Reasons): MethodDecorator => {
  const reasons: Record<number, string> = { ...common };
  for (const [status, reason] of Object.entries(own).map(([key, text]) => [Number(key), text] as const)) {
    reasons[status] = reasons[status] === undefined ? reason : `${reason}. ${reasons[status]}`;
  }
  return applyDecorators(
    ApiExtraModels(ProblemResponse),
    ...Object.entries(reasons).map(([status, description]) =>
      ApiResponse({
        status: Number(status),
        description,
        content: {
          [PROBLEM_TYPE]: {
            schema: { $ref: getSchemaPath(ProblemResponse) },
            example: example(Number(status), description),
          },
        },
      }),
    ),
  );
};

/** For a controller: who may call at all. */
export const EitherCredential = (): ClassDecorator =>
  applyDecorators(ApiBearerAuth('bearer'), ApiSecurity('psk'));

/** Every refusal a read can meet that is open to every caller. */
export const ReadRefusals = (own: Reasons = {}): MethodDecorator => refusals(EVERYWHERE, own);

/** Every refusal a read for administrators can meet. */
export const AdminReadRefusals = (own: Reasons = {}): MethodDecorator =>
  refusals({ ...EVERYWHERE, ...ADMINS_ONLY }, own);

/** Every refusal a write for administrators can meet. */
export const AdminWriteRefusals = (own: Reasons = {}): MethodDecorator =>
  applyDecorators(
    ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the revision to change, or *' }),
    refusals({ ...EVERYWHERE, ...ADMINS_ONLY, ...EVERY_WRITE }, own),
  );

/** The query parameters and the answer of a list. */
export const Listed = (item: Type<unknown>): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(item),
    ApiQuery({
      name: 'limit',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
    }),
    ApiQuery({
      name: 'cursor',
      required: false,
      schema: { type: 'string' },
      description: '`next` of the page before',
    }),
    ApiResponse({
      status: 200,
      headers: { Link: { description: 'The next page, as rel="next"', schema: { type: 'string' } } },
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['items', 'next'],
            properties: {
              items: { type: 'array', items: { $ref: getSchemaPath(item) } },
              next: {
                type: 'string',
                nullable: true,
                description: 'Cursor of the next page; null: that was the last',
              },
            },
          },
        },
      },
    }),
  );
