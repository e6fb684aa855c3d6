import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { FieldError, HttpProblem } from '../../platform/http/problem.js';
import { parseTraceparent, traceIdOf } from '../../platform/http/request-headers.js';
import { Surface, type RenderedProblem } from '../../platform/http/surface.js';

export const PREFIX = '/governance/v1';
export const PROBLEM_TYPE = 'application/problem+json';

export const typeOf = (code: string): string => `urn:countersign:problem:${code}`;

/** `user-not-found` → `User not found`: the same title for the same type, as RFC 9457 asks. */
export const titleOf = (code: string): string => {
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/**
 * RFC 6901. What is wrong in the body is pointed at inside the body (`/groups/0`, the empty pointer for all of it), the
 * rest by the part of the request and its name (`/query/limit`, `/header/If-Match`).
 */
const pointerTo = ([part, ...rest]: FieldError['location']): string =>
  (part === 'body' || part === undefined ? rest : [part, ...rest])
    .map((token) => `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');

/** Problem details (RFC 9457), here and on every path that no other surface owns. */
@Injectable()
export class NativeSurface extends Surface {
  readonly prefixes = [PREFIX, '/'] as const;

  render({ status, code, message, options }: HttpProblem, request: FastifyRequest): RenderedProblem {
    const traceId = traceIdOf(parseTraceparent(request.headers.traceparent)) ?? request.id;
    const errors = options.errors?.map((error) => ({
      pointer: pointerTo(error.location),
      detail: error.message,
    }));
    return {
      status,
      contentType: PROBLEM_TYPE,
      body: {
        type: typeOf(code),
        title: titleOf(code),
        status,
        detail: message,
        traceId,
        ...(errors && { errors }),
      },
      ...(options.headers && { headers: options.headers }),
    };
  }
}
