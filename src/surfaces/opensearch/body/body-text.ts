import type { FastifyRequest } from 'fastify';
import { decodeJson } from '../../../platform/http/json-body.js';
import { HttpProblem } from '../../../platform/http/problem.js';
import { pathOf } from '../../../platform/http/public-paths.js';
import { illegal, refusal } from '../refusal.js';

/** The text of a body that was sent and is JSON; `undefined`: none was sent. @throws HttpProblem 400 */
export const jsonText = (body: unknown): string | undefined => {
  if (!Buffer.isBuffer(body) || body.length === 0) return undefined;
  try {
    decodeJson(body);
  } catch (error) {
    if (error instanceof HttpProblem && error.code === 'malformed-json')
      throw refusal('parse_exception', error.message);
    throw error;
  }
  const text = body.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
};

/** @throws HttpProblem 400 when there is a body where none belongs */
export const requireNoBody = ({ body, method, originalUrl }: FastifyRequest): void => {
  if (Buffer.isBuffer(body) && body.length > 0)
    throw illegal(`request [${method} ${pathOf(originalUrl)}] does not support having a body`);
};
