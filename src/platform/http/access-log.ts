import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LOGGER, type Logger } from '../logging/logger.js';
import { redact } from '../logging/redact.js';
import { Metrics } from '../metrics/metrics.js';
import { pathOf } from './public-paths.js';
import { parseTraceparent, traceIdOf } from './request-headers.js';

const UNMATCHED = 'unmatched';

const reasonOf = ({ problem }: FastifyRequest): object => {
  if (problem === null) return {};
  const { cause } = problem.options;
  return {
    code: problem.code,
    reason: redact(cause instanceof Error ? cause.message : problem.message),
  };
};

/** What the caller sent; one of our own making is the request's id. */
const correlationOf = ({ commandContext, id }: FastifyRequest): string | undefined =>
  commandContext?.correlationId === id ? undefined : commandContext?.correlationId;

/** One line and one count per request. What probes ask every few seconds is told at level debug only. */
@Injectable()
export class AccessLog {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {}

  install(server: FastifyInstance): void {
    server.addHook('onResponse', (request, reply, done) => {
      this.answered(request, reply);
      done();
    });
  }

  answered(request: FastifyRequest, reply: FastifyReply): void {
    const milliseconds = reply.elapsedTime;
    const { statusCode } = reply;
    const route = request.routeOptions.url ?? UNMATCHED;
    this.metrics.requestAnswered(request.method, route, statusCode, milliseconds / 1_000);

    const level = request.principal === null && statusCode < 400 ? 'debug' : 'info';
    if (!this.logger.isLevelEnabled(level)) return;
    this.logger[level](
      {
        requestId: request.id,
        traceId: traceIdOf(parseTraceparent(request.headers.traceparent)),
        correlationId: correlationOf(request),
        method: request.method,
        // Without the query: whatever somebody puts there by mistake stays out of the log.
        path: redact(pathOf(request.originalUrl)),
        status: statusCode,
        milliseconds: Math.round(milliseconds * 1_000) / 1_000,
        actor: request.principal?.userId ?? request.principal?.kind,
        credential: request.principal?.credentialId,
        ...reasonOf(request),
      },
      'request',
    );
  }
}
