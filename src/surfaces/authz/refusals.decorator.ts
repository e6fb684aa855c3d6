import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';

const REFUSALS = {
  400: 'The request is malformed',
  401: 'Who asks has no valid credential',
  403: 'Who asks is neither the platform nor an administrator',
  413: 'The body is larger than 1 MiB',
  415: 'The body is not JSON',
  422: 'A header that is malformed',
  429: 'Too many wrong keys, or too many requests',
  431: 'The headers are larger than 16 KiB',
  503: 'Nobody can tell at the moment; Retry-After says when to try again',
} as const;

/** Every status beside 200 that a question may be answered with. */
export const Refusals = (): MethodDecorator =>
  applyDecorators(
    ...Object.entries(REFUSALS).map(([status, description]) =>
      ApiResponse({
        status: Number(status),
        description,
        content: { 'application/problem+json': { schema: { type: 'object' } } },
      }),
    ),
  );
