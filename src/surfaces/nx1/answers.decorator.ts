import { applyDecorators } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiExtraModels,
  ApiHeader,
  ApiResponse,
  ApiSecurity,
  getSchemaPath,
} from '@nestjs/swagger';
import { ErrorResponse, HTTPValidationError } from './dto/error-response.dto.js';

/** For a controller: who may call at all. */
export const EitherCredential = (): ClassDecorator =>
  applyDecorators(ApiBearerAuth('bearer'), ApiSecurity('psk'));

/** Why each status comes, beside the reasons that every path has. */
type Reasons = Readonly<Record<number, string>>;

const EVERYWHERE: Reasons = {
  400: 'Two credentials, or a body that is not UTF-8 or nests more than 64 levels deep',
  401: 'No credential, or one that is not valid',
  429: 'Too many requests, or too many wrong keys',
  503: 'The service cannot answer now; Retry-After says when to try again',
};

const EVERY_WRITE: Reasons = {
  409: 'Others were changing the same at the same time, or a request with this idempotency key is still running',
  412: 'If-Match names another revision',
  413: 'The body is larger than 1 MiB',
};

const refusals = (reasons: Reasons): MethodDecorator[] =>
  Object.entries(reasons).map(([status, description]) =>
    ApiResponse({
      status: Number(status),
      description,
      content: {
        'application/json': {
          schema: { $ref: getSchemaPath(ErrorResponse) },
          example: { error: description, code: Number(status) },
        },
      },
    }),
  );

const invalid = (): MethodDecorator =>
  ApiResponse({
    status: 422,
    description: 'Fields that are not valid, or values that are but make no sense together',
    content: {
      'application/json': {
        schema: {
          anyOf: [{ $ref: getSchemaPath(HTTPValidationError) }, { $ref: getSchemaPath(ErrorResponse) }],
        },
        example: {
          detail: [
            {
              type: 'list_type',
              loc: ['body', 'allowed_roles'],
              msg: 'Input should be a valid list',
              input: null,
            },
          ],
        },
      },
    },
  });

const joined = (common: Reasons, own: Reasons): Reasons => {
  const both = { ...common, ...own };
  for (const status of Object.keys(own).map(Number)) {
    if (common[status] !== undefined) both[status] = `${own[status]}. ${common[status]}`;
  }
  return both;
};

/** Every refusal a read can meet. */
export const ReadRefusals = (own: Reasons = {}): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(ErrorResponse, HTTPValidationError),
    invalid(),
    ...refusals(joined(EVERYWHERE, own)),
  );

/** Every refusal a write can meet. */
export const WriteRefusals = (own: Reasons = {}): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(ErrorResponse, HTTPValidationError),
    ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the revision to change, or *' }),
    invalid(),
    ...refusals(joined({ ...EVERYWHERE, ...EVERY_WRITE }, own)),
  );
