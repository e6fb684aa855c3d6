import { Injectable } from '@nestjs/common';
import type { HttpProblem } from '../../platform/http/problem.js';
import { PROXY_CHECK_PATH } from '../../platform/http/routed-url.js';
import { Surface, type RenderedProblem } from '../../platform/http/surface.js';

const statusOf = ({ status, code }: HttpProblem): number => {
  if (status >= 500) return 503;
  return status === 401 || code === 'two-credentials' ? 401 : 403;
};

const decisionHeader = (description: string): object => ({ description, schema: { type: 'string' } });

const REFUSAL_HEADERS = {
  'x-gov-decision-id': decisionHeader('Under which the decision stands in the log'),
  'x-gov-reason': decisionHeader('Why, in one word'),
};

const CHECK = {
  tags: ['Decisions'],
  summary: 'May this request pass? For Envoy, nginx and Traefik',
  description:
    'By any method. The path behind /authz/check is that of the request asked about (Envoy); or it stands in ' +
    'X-Original-URI with X-Original-Method (nginx), or in X-Forwarded-Uri with X-Forwarded-Method (Traefik). The ' +
    "credential is the request's own. No body is read.",
  security: [{ psk: [] }, { bearer: [] }],
  responses: {
    200: {
      description: 'It may',
      headers: {
        ...REFUSAL_HEADERS,
        'x-gov-user-id': decisionHeader('Empty for the platform'),
        'x-gov-username': decisionHeader('Percent-encoded where it is not ASCII'),
        'x-gov-roles': decisionHeader('The roles that matched, separated by commas'),
        'x-gov-credential': decisionHeader('platform_psk, user_psk or jwt'),
        'x-gov-psk-id': decisionHeader('Empty for a token'),
      },
    },
    401: { description: 'No credential, or one that is not valid', headers: REFUSAL_HEADERS },
    403: { description: 'It may not', headers: REFUSAL_HEADERS },
    503: { description: 'Nobody can tell at the moment; do not let it pass' },
  },
};

/** What is refused before the check itself is reached, such as oversized headers: in statuses that proxies understand. */
@Injectable()
export class ProxyCheckSurface extends Surface {
  readonly prefixes = [PROXY_CHECK_PATH] as const;

  /** By `GET`, for all methods: OpenAPI has no word for any method. */
  override readonly describedPaths = {
    [PROXY_CHECK_PATH]: { get: { operationId: 'ProxyCheck_byHeader', ...CHECK } },
    [`${PROXY_CHECK_PATH}/{path}`]: {
      get: {
        operationId: 'ProxyCheck_byPath',
        ...CHECK,
        parameters: [
          {
            name: 'path',
            in: 'path',
            required: true,
            description: 'The path of the request asked about, slashes and all, as it was sent',
            schema: { type: 'string' },
            example: 'api/models/churn/deployments/prod/run/predict',
          },
        ],
      },
    },
  };

  render(problem: HttpProblem): RenderedProblem {
    const { headers } = problem.options;
    return { status: statusOf(problem), contentType: 'text/plain', body: '', ...(headers && { headers }) };
  }
}
