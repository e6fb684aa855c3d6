import type { FastifyRequest } from 'fastify';
import { pathOf } from '../../../platform/http/public-paths.js';
import { illegal } from '../refusal.js';

/** What every call takes, whatever it does with it. */
const FRAMEWORK = ['pretty', 'human', 'error_trace', 'filter_path'] as const;

const queryOf = ({ query }: FastifyRequest): Readonly<Record<string, unknown>> =>
  (query ?? {}) as Record<string, unknown>;

/** A parameter given once or more; the last one counts. */
export const parameterOf = (request: FastifyRequest, name: string): string | undefined => {
  const query = queryOf(request);
  const value = Object.hasOwn(query, name) ? query[name] : undefined;
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  return typeof last === 'string' ? last : undefined;
};

/** @throws HttpProblem 400 when there is a parameter that the call doesn't know */
export const requireKnownParameters = (request: FastifyRequest, own: readonly string[] = []): void => {
  const known: readonly string[] = [...FRAMEWORK, ...own];
  const unknown = Object.keys(queryOf(request)).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const listed = unknown.map((name) => `[${name}]`).join(', ');
  const noun = unknown.length === 1 ? 'parameter' : 'parameters';
  throw illegal(`request [${pathOf(request.originalUrl)}] contains unrecognized ${noun}: ${listed}`);
};

/** Whether the answer is to be laid out for people: `?pretty` or `?pretty=true`. */
export const isPretty = (request: FastifyRequest): boolean => {
  const value = parameterOf(request, 'pretty');
  return value === '' || value === 'true';
};
