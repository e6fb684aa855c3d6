import { METHODS } from 'node:http';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Decisions, type Decision } from '../../features/decisions/index.js';
import {
  Authenticator,
  CredentialRefused,
  TooManyFailures,
  TwoCredentials,
} from '../../platform/auth/authenticator.js';
import { PROXY_CHECK_PATH } from '../../platform/http/routed-url.js';
import { toProblem } from '../../platform/http/to-problem.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { headerValue } from './header-value.js';
import { targetOfProxiedRequest } from './proxied-request.js';

/** CONNECT asks for a tunnel and never gets as far as a route. */
const ANY_METHOD = METHODS.filter((method) => method !== 'CONNECT');

type Headers = Record<string, string | readonly string[]>;

const refusalHeaders = ({ decisionId, reason }: Decision): Headers => ({
  'x-gov-decision-id': decisionId,
  'x-gov-reason': reason,
});

/** All of them every time, empty where there is nothing to say: a header that is set replaces a forged one. */
const identityHeaders = ({ decisionId, reason, subject, matchedRoles }: Decision): Headers => ({
  'x-gov-decision-id': decisionId,
  'x-gov-reason': reason,
  'x-gov-user-id': headerValue(subject?.userId ?? ''),
  'x-gov-username': headerValue(subject?.username ?? ''),
  'x-gov-roles': matchedRoles.map(headerValue).join(','),
  'x-gov-credential': subject?.kind ?? '',
  'x-gov-psk-id': headerValue(subject?.pskId ?? ''),
});

/**
 * Answers proxies that hold a request back: 200 lets it pass, 401 and 403 don't, 503 says that nobody can tell. Nothing
 * else is ever answered, since proxies take any other status for a fault of ours. Routed past the framework's layers:
 * every call of every model waits for this.
 */
@Injectable()
export class ProxyCheck implements OnModuleInit {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly authenticator: Authenticator,
    private readonly decisions: Decisions,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    const server = this.adapterHost.httpAdapter.getInstance<FastifyInstance>();
    const known = new Set<string>(server.supportedMethods);
    for (const method of ANY_METHOD) if (!known.has(method)) server.addHttpMethod(method);
    // Answered in this hook, so that a body is neither waited for nor read.
    const onRequest = (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
      this.answer(request, reply);
    server.route({ method: ANY_METHOD, url: PROXY_CHECK_PATH, onRequest, handler: () => undefined });
  }

  private async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    try {
      const principal = await this.authenticator.authenticate({
        rawHeaders: request.raw.rawHeaders,
        address: request.ip,
      });
      const target = targetOfProxiedRequest(request.originalUrl, request.headers);
      const decision = this.decisions.decide(
        principal,
        target === undefined ? 'bad_path' : { action: target.action, resource: target },
      );
      return decision.allowed
        ? send(reply, 200, identityHeaders(decision))
        : send(reply, 403, refusalHeaders(decision));
    } catch (error) {
      return this.refuse(error, reply);
    }
  }

  private refuse(error: unknown, reply: FastifyReply): FastifyReply {
    const problem = toProblem(error);
    const { headers } = problem.options;
    if (error instanceof CredentialRefused) {
      return send(reply, 401, { ...refusalHeaders(this.decisions.refuse(error.failure)), ...headers });
    }
    if (error instanceof TwoCredentials) {
      return send(reply, 401, { ...refusalHeaders(this.decisions.refuse('invalid_credential')), ...headers });
    }
    if (error instanceof TooManyFailures) {
      return send(reply, 403, refusalHeaders(this.decisions.refuse('invalid_credential')));
    }
    const level = problem.status === 503 ? 'warn' : 'error';
    this.logger[level]({ requestId: reply.request.id, code: problem.code, err: error }, problem.message);
    return send(reply, 503, { 'retry-after': '1', ...headers });
  }
}

const send = (reply: FastifyReply, status: number, headers: Headers): FastifyReply =>
  reply
    .code(status)
    .headers({ ...headers, 'cache-control': 'no-store' })
    .send();
