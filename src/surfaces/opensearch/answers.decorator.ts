import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiQuery, ApiResponse, ApiSecurity } from '@nestjs/swagger';
import { describedRefusals, type Reasons } from '../../platform/http/described-refusals.js';
import { refusalSchema, type Schema } from './schemas.js';

/** For a controller: who may call at all. */
export const EitherCredential = (): ClassDecorator =>
  applyDecorators(ApiBearerAuth('bearer'), ApiSecurity('psk'));

/** For a controller: the parameters that every call takes. */
export const TakesFrameworkParameters = (): ClassDecorator =>
  applyDecorators(
    ApiQuery({
      name: 'pretty',
      required: false,
      type: Boolean,
      description: 'Lay the answer out for people',
    }),
    ApiQuery({
      name: 'filter_path',
      required: false,
      type: String,
      description: 'Answer only these fields, or all but those with a minus before them',
      example: 'hits.hits._id',
    }),
    ApiQuery({ name: 'human', required: false, type: Boolean, description: 'Taken, without effect' }),
    ApiQuery({ name: 'error_trace', required: false, type: Boolean, description: 'Taken, without effect' }),
  );

const POSITION = { description: 'Where the write stands in the log', schema: { type: 'string' as const } };
const REVISION = { description: 'For If-Match', schema: { type: 'string' as const, example: '"7"' } };
const WARNING = {
  description: 'An access mode that is none was ignored',
  schema: { type: 'string' as const },
};

interface AnswerOptions {
  readonly description: string;
  readonly written?: true;
  readonly entity?: true;
}

export const Answers = (schema: Schema, { description, written, entity }: AnswerOptions): MethodDecorator =>
  ApiResponse({
    status: 200,
    description,
    schema,
    headers: {
      ...(written && { 'X-Event-Position': POSITION, Warning: WARNING }),
      ...(entity && { ETag: REVISION }),
    },
  });

const EVERYWHERE: Reasons = {
  400: 'The request makes no sense, or the rules of model groups refuse it',
  401: 'No credential, or one that is not valid',
  403: "The caller's roles do not open this call",
  422: 'A header that is malformed',
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
  describedRefusals(common, own, refusalSchema);

/** Every refusal a read can meet. */
export const ReadRefusals = (own: Reasons = {}): MethodDecorator =>
  applyDecorators(...refusals(EVERYWHERE, own));

/** Every refusal a write can meet. */
export const WriteRefusals = (own: Reasons = {}): MethodDecorator =>
  applyDecorators(
    ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the revision to change, or *' }),
    ...refusals({ ...EVERYWHERE, ...EVERY_WRITE }, own),
  );
