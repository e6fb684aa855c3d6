import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/shared/domain-error.js';
import { PreconditionFailed } from '../../event-store/decider-runner.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { HttpProblem } from './problem.js';
import { pathOf } from './public-paths.js';
import { RouteTable } from './route-table.js';
import { SurfaceRegistry } from './surface-registry.js';
import { toProblem } from './to-problem.js';

/** Turns any error into a refusal, in the shape of the surface that owns the path. */
@Injectable()
export class ProblemResponder {
  constructor(
    private readonly surfaces: SurfaceRegistry,
    private readonly routes: RouteTable,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  respond(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = this.orWrongMethod(toProblem(error), request);
    this.log(problem, error, request);
    if (reply.sent || reply.raw.headersSent) {
      // A streamed answer has begun: cutting the connection is the only way left to say that it is not whole.
      reply.raw.destroy();
      return;
    }
    request.problem = problem;
    request.refusedByRule = error instanceof DomainError || error instanceof PreconditionFailed;

    const rendered = this.surfaces.surfaceOf(pathOf(request.url)).render(problem, request);
    const isAboutIdentity = rendered.status === 401 || rendered.status === 403;
    // The reader of bodies asks to close after a failure; the rest of the body flows away instead, so that a client
    // which is still sending gets the answer.
    if (reply.hasHeader('connection')) void reply.removeHeader('connection');
    void reply
      .code(rendered.status)
      .headers({
        ...problem.options.headers,
        ...(isAboutIdentity ? { 'cache-control': 'no-store' } : {}),
        ...rendered.headers,
        'content-type': rendered.contentType,
      })
      .send(typeof rendered.body === 'object' ? JSON.stringify(rendered.body) : rendered.body);
  }

  private orWrongMethod(problem: HttpProblem, request: FastifyRequest): HttpProblem {
    if (problem.status !== 404 || !request.is404) return problem;
    const methods = this.routes.methodsOf(pathOf(request.url));
    if (methods.length === 0 || methods.includes(request.method)) return problem;
    return new HttpProblem(405, 'method-not-allowed', `${request.method} is not possible at this path`, {
      headers: { allow: methods.join(', ') },
    });
  }

  private log(problem: HttpProblem, error: unknown, request: FastifyRequest): void {
    if (problem.status < 500) return;
    const level = problem.status === 503 ? 'warn' : 'error';
    this.logger[level]({ requestId: request.id, code: problem.code, err: error }, problem.message);
  }
}
