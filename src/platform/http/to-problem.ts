import { HttpException } from '@nestjs/common';
import { DomainError, type RefusalKind } from '../../domain/shared/domain-error.js';
import { IdempotencyKeyReused, PreconditionFailed, RaceLost } from '../../event-store/decider-runner.js';
import {
  AppendOutcomeUnknown,
  AppendTooLarge,
  EventStoreUnavailable,
} from '../../event-store/event-store.js';
import { ProjectionFailed, ReadModelBehind } from '../../projections/projection.js';
import { credentialProblem } from './credential-problem.js';
import { MAX_BODY_BYTES } from './limits.js';
import { HttpProblem } from './problem.js';

const STATUS_OF: Readonly<Record<RefusalKind, number>> = {
  'not-found': 404,
  forbidden: 403,
  conflict: 409,
  invalid: 422,
};

/** The framework's own refusals: the router's, the body reader's, the server's. */
const FRAMEWORK: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['bad-request', 'The request is malformed'],
  404: ['not-found', 'There is nothing at this path'],
  408: ['request-timeout', 'The request took too long to arrive'],
  413: ['body-too-large', `The body is larger than ${MAX_BODY_BYTES} bytes`],
  414: ['path-too-long', 'The path is too long'],
  415: ['unsupported-media-type', 'The body must be JSON (Content-Type: application/json)'],
};

const temporary = (code: string, message: string, cause: unknown): HttpProblem =>
  new HttpProblem(503, code, message, { cause, headers: { 'retry-after': '1' } });

const frameworkProblem = (status: number, cause: unknown): HttpProblem | undefined => {
  const known = FRAMEWORK[status];
  return known && new HttpProblem(status, known[0], known[1], { cause });
};

const statusOf = (error: unknown): number | undefined => {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
};

const unexpected = (cause: unknown): HttpProblem =>
  new HttpProblem(500, 'internal-error', 'Something went wrong on our side; the log says what', { cause });

/** Any error as an {@link HttpProblem}. What is not known here tells the caller nothing about its cause. */
export const toProblem = (error: unknown): HttpProblem => {
  if (error instanceof HttpProblem) return error;
  if (error instanceof DomainError) {
    return new HttpProblem(STATUS_OF[error.kind], error.code, error.message, {
      cause: error,
      details: error.details,
    });
  }
  if (error instanceof PreconditionFailed) {
    return new HttpProblem(412, 'precondition-failed', `If-Match does not hold: ${error.message}`, {
      cause: error,
    });
  }
  if (error instanceof RaceLost) {
    return new HttpProblem(409, 'race-lost', 'Others were changing the same at the same time; try again', {
      cause: error,
      headers: { 'retry-after': '1' },
    });
  }
  if (error instanceof IdempotencyKeyReused) {
    return new HttpProblem(422, 'idempotency-key-reused', error.message, { cause: error });
  }
  if (error instanceof AppendTooLarge) {
    return new HttpProblem(413, 'change-too-large', 'The change is larger than the log takes at once', {
      cause: error,
    });
  }
  if (error instanceof AppendOutcomeUnknown) {
    return temporary(
      'outcome-unknown',
      'The event store has not said whether it took the change: repeat the request with its Idempotency-Key, or look first',
      error,
    );
  }
  if (error instanceof EventStoreUnavailable) {
    return temporary('event-store-unavailable', 'The event store cannot be reached at the moment', error);
  }
  if (error instanceof ReadModelBehind || error instanceof ProjectionFailed) {
    return temporary('read-model-behind', 'The read model has not reached that position yet', error);
  }
  return credentialProblem(error) ?? frameworkProblem(statusOf(error) ?? 500, error) ?? unexpected(error);
};
