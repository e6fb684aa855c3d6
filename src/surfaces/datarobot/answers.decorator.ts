import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiExtraModels,
  ApiHeader,
  ApiResponse,
  ApiSecurity,
  getSchemaPath,
} from '@nestjs/swagger';
import { describedRefusals, type Reasons } from '../../platform/http/described-refusals.js';
import { ErrorResponse } from './dto/error.dto.js';

/** For a controller: who may call at all. */
export const EitherCredential = (): ClassDecorator =>
  applyDecorators(ApiBearerAuth('bearer'), ApiSecurity('psk'));

const POSITION = { description: 'Where the write stands in the log', schema: { type: 'string' as const } };
const REVISION = { description: 'For If-Match', schema: { type: 'string' as const, example: '"7"' } };
const LOCATION = { description: 'Absolute URL', schema: { type: 'string' as const, format: 'uri' } };

interface AnswerOptions {
  readonly description: string;
  readonly type?: Type;
  readonly written?: true;
  readonly entity?: true;
  readonly location?: true;
}

export const Answers = (
  status: 200 | 201 | 202 | 204 | 303,
  { description, type, written, entity, location }: AnswerOptions,
): MethodDecorator =>
  ApiResponse({
    status,
    description,
    ...(type && { type }),
    headers: {
      ...(written && { 'X-Event-Position': POSITION }),
      ...(entity && { ETag: REVISION }),
      ...(location && { Location: LOCATION }),
    },
  });

/** A page of a list. */
export const Listed = (item: Type): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(item),
    ApiResponse({
      status: 200,
      description: 'A page of the list',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['count', 'data', 'next', 'previous', 'totalCount'],
            properties: {
              count: { type: 'integer', description: 'On this page' },
              data: { type: 'array', maxItems: 1000, items: { $ref: getSchemaPath(item) } },
              next: { type: 'string', format: 'uri', nullable: true },
              previous: { type: 'string', format: 'uri', nullable: true },
              totalCount: { type: 'integer', description: 'On all pages' },
            },
          },
        },
      },
    }),
  );

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

const refusals = (common: Reasons, own: Reasons): MethodDecorator[] =>
  describedRefusals(common, own, { $ref: getSchemaPath(ErrorResponse) });

/** Every refusal a read can meet. */
export const ReadRefusals = (own: Reasons = {}): MethodDecorator =>
  applyDecorators(ApiExtraModels(ErrorResponse), ...refusals(EVERYWHERE, own));

/** Every refusal a write can meet. */
export const WriteRefusals = (own: Reasons = {}): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(ErrorResponse),
    ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the revision to change, or *' }),
    ...refusals({ ...EVERYWHERE, ...EVERY_WRITE }, own),
  );
