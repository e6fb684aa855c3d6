import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { CommandContext } from '../../event-store/command-context.js';
import type { Actor } from '../../event-store/event-metadata.js';
import type { Principal } from '../auth/principal.js';
import { HttpProblem } from './problem.js';
import { pathOf } from './public-paths.js';
import {
  parseCorrelationId,
  parseIdempotencyKey,
  parseIfMatch,
  parseReason,
  parseTraceparent,
} from './request-headers.js';

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export const isWrite = ({ method, routeOptions }: FastifyRequest): boolean =>
  !READING.has(method) && routeOptions.config.changesNothing !== true;

/** A service account acts like a user: what tells them apart is the credential. */
const actorOf = ({ userId }: Principal): Actor =>
  userId === null ? { kind: 'platform', id: 'platform' } : { kind: 'user', id: userId };

const sha256 = (...parts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

/**
 * Where a key means the same request, and what was asked under it. The scope is the person, not the credential: a repeat
 * with a renewed token is a repeat.
 */
const idempotencyOf = (request: FastifyRequest, principal: Principal): CommandContext['idempotency'] => {
  const key = parseIdempotencyKey(request.headers['idempotency-key']);
  if (key === undefined) return undefined;
  if (request.routeOptions.config.showsSecretOnce === true) {
    const message = 'Idempotency-Key is not possible here: the answer shows a secret once and is not kept';
    throw new HttpProblem(422, 'idempotency-key-refused', message, {
      errors: [{ location: ['header', 'Idempotency-Key'], message, code: 'idempotency-key-refused' }],
    });
  }
  const path = pathOf(request.url);
  const actor = actorOf(principal);
  const body = request.body instanceof Buffer ? request.body : '';
  return {
    key: sha256(JSON.stringify([actor.kind, actor.id, request.method, path, key])),
    fingerprint: sha256(request.url.slice(path.length), '\n', body),
  };
};

/** @throws HttpProblem 422 when a header is malformed */
export const commandContextOf = (
  request: FastifyRequest,
  principal: Principal,
  now: Date,
): CommandContext => {
  const { headers } = request;
  const traceparent = parseTraceparent(headers.traceparent);
  const idempotency = idempotencyOf(request, principal);
  const ifMatch = parseIfMatch(headers['if-match']);
  const reason = parseReason(headers['x-change-reason']);
  return {
    now: now.toISOString(),
    actor: actorOf(principal),
    credential: { type: principal.credentialType, id: principal.credentialId },
    correlationId: parseCorrelationId(headers['x-correlation-id']) ?? request.id,
    causationId: request.id,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(reason === undefined ? {} : { reason }),
    ...(idempotency === undefined ? {} : { idempotency }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  };
};
