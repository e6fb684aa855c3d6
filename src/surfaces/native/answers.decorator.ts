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
import { PROBLEM_TYPE, titleOf, typeOf } from './native.surface.js';

/** Per status, the code of one refusal that has it, and why it comes. */
type Refusals = Readonly<Record<number, readonly [code: string, reason: string]>>;

const EVERYWHERE: Refusals = {
  400: ['two-credentials', 'Two credentials, or a request that cannot be parsed'],
  401: ['invalid-credential', 'No credential, or one that is not valid'],
  422: ['invalid-request', 'What was sent does not fit'],
  429: ['rate-limited', 'Too many requests, or too many wrong keys'],
  431: ['headers-too-large', 'The headers are larger than 16 KiB'],
  503: ['read-model-behind', 'The service cannot answer now; Retry-After says when to try again'],
};

const EVERY_WRITE: Refusals = {
  409: [
    'race-lost',
    'Others were changing the same at the same time, or a request with this idempotency key is still running',
  ],
  412: ['precondition-failed', 'If-Match names another revision'],
  413: ['body-too-large', 'The body is larger than 1 MiB'],
  415: ['unsupported-media-type', 'The body is not declared as JSON'],
};

const ADMINS_ONLY: Refusals = {
  403: ['admin-required', 'Neither the platform PSK nor a governance administrator'],
};

const example = (status: number, code: string, detail: string): ProblemResponse => ({
  type: typeOf(code),
  title: titleOf(code),
  status,
  detail,
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  ...(code === 'invalid-request' && { errors: [{ pointer: '/nickname', detail: 'is not known here' }] }),
});

const documented = (common: Refusals, own: Refusals): MethodDecorator => {
  const both = Object.entries({ ...common, ...own }).map(([status, [code, reason]]) => {
    const general = common[Number(status)]?.[1];
    const description = general === undefined || general === reason ? reason : `${reason}. ${general}`;
    return { status: Number(status), code, description };
  });
  return applyDecorators(
    ApiExtraModels(ProblemResponse),
    ...both.map(({ status, code, description }) =>
      ApiResponse({
        status,
        description,
        content: {
          [PROBLEM_TYPE]: {
            schema: { $ref: getSchemaPath(ProblemResponse) },
            example: example(status, code, description),
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
export const ReadRefusals = (own: Refusals = {}): MethodDecorator => documented(EVERYWHERE, own);

/** Every refusal a read for administrators can meet. */
export const AdminReadRefusals = (own: Refusals = {}): MethodDecorator =>
  documented({ ...EVERYWHERE, ...ADMINS_ONLY }, own);

/** Every refusal a write for administrators can meet. */
export const AdminWriteRefusals = (own: Refusals = {}): MethodDecorator =>
  applyDecorators(
    ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the revision to change, or *' }),
    documented({ ...EVERYWHERE, ...ADMINS_ONLY, ...EVERY_WRITE }, own),
  );

/** Every refusal a write can meet that is open to every caller. */
export const WriteRefusals = (own: Refusals = {}): MethodDecorator =>
  applyDecorators(
    ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the revision to change, or *' }),
    documented({ ...EVERYWHERE, ...EVERY_WRITE }, own),
  );

/** The query parameters and the answer of a list; `others` are the forms in which it comes as a whole. */
export const Listed = (item: Type<unknown>, others: Readonly<Record<string, string>> = {}): MethodDecorator =>
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
      description: 'A page of the list',
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
        ...Object.fromEntries(
          Object.entries(others).map(([type, description]) => [
            type,
            { schema: { type: 'string', description } },
          ]),
        ),
      },
    }),
  );
