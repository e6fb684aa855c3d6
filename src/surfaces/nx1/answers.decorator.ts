import { applyDecorators, type Type } from '@nestjs/common';
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

const POSITION = { description: 'Where the write stands in the log', schema: { type: 'string' as const } };
const REVISION = {
  description: 'Revision of the deployment, for If-Match',
  schema: { type: 'string' as const, example: '"7"' },
};

/** An answer that shows a deployment, with its revision. */
export const EntityAnswer = (
  status: 200 | 201,
  type: Type,
  description: string,
  { written }: { readonly written: boolean },
): MethodDecorator =>
  ApiResponse({
    status,
    type,
    description,
    headers: { ETag: REVISION, ...(written && { 'X-Event-Position': POSITION }) },
  });

/** An answer to any other write. */
export const WrittenAnswer = (status: 200 | 201 | 204, description: string, type?: Type): MethodDecorator =>
  ApiResponse({ status, description, ...(type && { type }), headers: { 'X-Event-Position': POSITION } });

/** Why each status comes, beside the reasons that every path has. */
type Reasons = Readonly<Record<number, string>>;

const EVERYWHERE: Reasons = {
  400: 'Two credentials, or a body that is not UTF-8 or nests more than 64 levels deep',
  401: 'No credential, or one that is not valid',
  429: 'Too many requests, or too many wrong keys',
  431: 'The headers are larger than 16 KiB',
  503: 'The service cannot answer now; Retry-After says when to try again',
};

const EVERY_WRITE: Reasons = {
  409: 'Others were changing the same at the same time, or a request with this idempotency key is still running',
  412: 'If-Match names another revision',
  413: 'The body is larger than 1 MiB',
};

const EXAMPLES: Reasons = {
  400: 'Send one credential, not two',
  401: 'Not authenticated',
  403: 'Role required: nx1_engineer',
  404: "Deployment 'prod' not found for model 'churn'",
  409: 'Deployment is archived',
  412: 'If-Match does not hold: the entity is at revision 7',
  413: 'The body is larger than 1048576 bytes',
  429: 'Too many wrong keys from this address',
  431: 'The headers are larger than 16384 bytes',
  503: 'The event store cannot be reached at the moment',
};

const refusals = (reasons: Reasons): MethodDecorator[] =>
  Object.entries(reasons).map(([code, description]) => {
    const status = Number(code);
    return ApiResponse({
      status,
      description,
      content: {
        'application/json': {
          schema: { $ref: getSchemaPath(ErrorResponse) },
          example: { error: EXAMPLES[status] ?? description, code: status },
        },
      },
    });
  });

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
  const both: Record<number, string> = { ...common };
  for (const [status, reason] of Object.entries(own).map(([code, text]) => [Number(code), text] as const))
    both[status] = both[status] === undefined ? reason : `${reason}. ${both[status]}`;
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
