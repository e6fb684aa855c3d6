import { Injectable } from '@nestjs/common';
import type { HttpProblem } from '../../platform/http/problem.js';
import { PROXY_CHECK_PATH } from '../../platform/http/routed-url.js';
import { Surface, type RenderedProblem } from '../../platform/http/surface.js';

const statusOf = ({ status, code }: HttpProblem): number => {
  if (status >= 500) return 503;
  return status === 401 || code === 'two-credentials' ? 401 : 403;
};

/** What is refused before the check itself is reached, such as oversized headers: in statuses that proxies understand. */
@Injectable()
export class ProxyCheckSurface extends Surface {
  readonly prefixes = [PROXY_CHECK_PATH] as const;

  render(problem: HttpProblem): RenderedProblem {
    const { headers } = problem.options;
    return { status: statusOf(problem), contentType: 'text/plain', body: '', ...(headers && { headers }) };
  }
}
