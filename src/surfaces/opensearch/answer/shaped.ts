import type { FastifyReply, FastifyRequest } from 'fastify';
import { selectFields } from './select-fields.js';
import { isPretty, parameterOf } from './url-parameters.js';

/** More and longer ones are of no use, and cost time. */
const MAX_FILTER_LENGTH = 1_000;

const prettily = (body: unknown): string => `${JSON.stringify(body, null, 2)}\n`;

/** Of every answer, spelt as upstream spells it. */
export const CONTENT_TYPE = 'application/json; charset=UTF-8';

/** The answer as `filter_path` and `pretty` ask for it. */
export const shaped = (body: object, request: FastifyRequest, reply: FastifyReply): object => {
  void reply.header('content-type', CONTENT_TYPE);
  if (isPretty(request)) void reply.serializer(prettily);
  const filter = parameterOf(request, 'filter_path')?.slice(0, MAX_FILTER_LENGTH);
  if (filter === undefined || filter === '') return body;
  const paths = filter.split(',').map((path) => path.trim());
  return selectFields(body, {
    includes: paths.filter((path) => path !== '' && !path.startsWith('-')),
    excludes: paths.filter((path) => path.length > 1 && path.startsWith('-')).map((path) => path.slice(1)),
  });
};
