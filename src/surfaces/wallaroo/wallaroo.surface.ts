import { Injectable } from '@nestjs/common';
import type { HttpProblem } from '../../platform/http/problem.js';
import { Surface, type RenderedProblem } from '../../platform/http/surface.js';

const CONTENT_TYPE = 'application/json; charset=utf-8';

/** About headers that Wallaroo does not know; whoever sends them knows their statuses. */
const ABOUT_HEADERS: ReadonlySet<string> = new Set([
  'invalid-header',
  'idempotency-key-reused',
  'request-running',
]);

/**
 * Wallaroo's client reads the message of 400, 401 and 500 alone. So what does not exist, does not fit or is against the
 * rules is a 400, and a race that was never settled is an outage.
 */
const statusOf = ({ status, code }: HttpProblem): number => {
  if (ABOUT_HEADERS.has(code)) return status;
  switch (status) {
    case 404:
      return code === 'not-found' ? 404 : 400;
    case 409:
      return code === 'race-lost' ? 503 : 400;
    case 415:
    case 422:
      return 400;
    default:
      return status;
  }
};

/** Wallaroo's refusals: `{"code", "msg"}`. */
@Injectable()
export class WallarooSurface extends Surface {
  readonly prefixes = ['/v1/api'] as const;

  render(problem: HttpProblem): RenderedProblem {
    const status = statusOf(problem);
    const { message: msg, options } = problem;
    return {
      status,
      contentType: CONTENT_TYPE,
      body: { code: status, msg },
      ...(options.headers && { headers: options.headers }),
    };
  }
}
