import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/shared/domain-error.js';
import type { HttpProblem } from '../../platform/http/problem.js';
import { Surface, type RenderedProblem } from '../../platform/http/surface.js';
import { CONTENT_TYPE } from './answer/shaped.js';
import { isPretty } from './answer/url-parameters.js';
import { PERMISSIONS, isGroupCall } from './permissions.js';

const TYPE_OF: Readonly<Record<number, string>> = {
  400: 'illegal_argument_exception',
  401: 'security_exception',
  403: 'status_exception',
  422: 'illegal_argument_exception',
};

/** Refusals by the rules that are about rights, not about the state of a group. */
const SECURITY: ReadonlySet<string> = new Set(['model-group-call', 'model-group-deletion']);

/** `no permissions for [<permission>] and User [name=<n>, backend_roles=[<a, b>], requestedTenant=null]` */
const noPermissions = ({ options: { details = {} } }: HttpProblem): string => {
  const { call, name, backendRoles } = details;
  const permission = isGroupCall(call) ? PERMISSIONS[call] : String(call);
  const roles = Array.isArray(backendRoles) ? backendRoles.join(', ') : '';
  return `no permissions for [${permission}] and User [name=${String(name)}, backend_roles=[${roles}], requestedTenant=null]`;
};

const reasonOf = (problem: HttpProblem): string => {
  if (problem.code === 'not-authenticated') return 'Authentication required';
  return problem.code === 'model-group-call' ? noPermissions(problem) : problem.message;
};

const typeOf = ({ status, code, options }: HttpProblem): string => {
  const type = options.details?.['type'];
  if (typeof type === 'string') return type;
  return SECURITY.has(code) ? 'security_exception' : (TYPE_OF[status] ?? 'status_exception');
};

/** What the rules find wrong with a request, and a body that makes no sense, is a 400 here; a bad header stays a 422. */
const statusOf = ({ status, code, options }: HttpProblem): number =>
  status === 422 && (options.cause instanceof DomainError || code === 'forbidden-key') ? 400 : status;

const wrongMethod = (
  { options: { headers } }: HttpProblem,
  { method, originalUrl }: FastifyRequest,
): string =>
  `Incorrect HTTP method for uri [${originalUrl}] and method [${method}], allowed: [${String(headers?.['allow'] ?? '')}]`;

const bodyOf = (problem: HttpProblem, request: FastifyRequest): object => {
  const status = statusOf(problem);
  if (status === 405) return { error: wrongMethod(problem, request), status };
  const cause = { type: typeOf(problem), reason: reasonOf(problem) };
  return { error: { root_cause: [cause], ...cause }, status };
};

/** OpenSearch's refusals: the envelope that its clients build their error messages from. */
@Injectable()
export class OpenSearchSurface extends Surface {
  readonly prefixes = ['/_plugins/_ml'] as const;

  render(problem: HttpProblem, request: FastifyRequest): RenderedProblem {
    const { headers } = problem.options;
    const body = bodyOf(problem, request);
    return {
      status: statusOf(problem),
      contentType: CONTENT_TYPE,
      body: isPretty(request) ? `${JSON.stringify(body, null, 2)}\n` : body,
      ...(headers && { headers }),
    };
  }
}
