import { applyDecorators, HttpCode, type Type } from '@nestjs/common';
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

/** Every call is answered with 200, also one that makes something. */
export const Answers = (type: Type, description: string): MethodDecorator =>
  applyDecorators(HttpCode(200), ApiResponse({ status: 200, type, description }));

export const WriteAnswers = (type: Type, description: string): MethodDecorator =>
  applyDecorators(
    HttpCode(200),
    ApiResponse({ status: 200, type, description, headers: { 'X-Event-Position': POSITION } }),
  );

const EVERYWHERE: Reasons = {
  400: 'Two credentials, or a body that cannot be parsed or does not fit',
  401: 'No credential, or one that is not valid',
  413: 'The body is larger than 1 MiB',
  422: 'A header that does not fit, such as X-Min-Position',
  429: 'Too many requests, or too many wrong keys',
  431: 'The headers are larger than 16 KiB',
  503: 'The service cannot answer now; Retry-After says when to try again',
};

const EVERY_WRITE: Reasons = {
  409: 'A request with this idempotency key is still running',
  412: 'If-Match names another revision',
  422: 'A header that does not fit, or an idempotency key that was used for another request',
};

const refusals = (common: Reasons, own: Reasons): MethodDecorator[] =>
  describedRefusals(common, own, { $ref: getSchemaPath(ErrorResponse) });

/** Every refusal a read can meet. */
export const ReadRefusals = (own: Reasons = {}): MethodDecorator =>
  applyDecorators(ApiExtraModels(ErrorResponse), ...refusals(EVERYWHERE, own));

/** Every refusal a write can meet. */
export const WriteRefusals = (own: Reasons): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(ErrorResponse),
    ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the revision to change, or *' }),
    ...refusals({ ...EVERYWHERE, ...EVERY_WRITE }, own),
  );
