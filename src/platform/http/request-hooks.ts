import { Inject, Injectable } from '@nestjs/common';
import type {
  DoneFuncWithErrOrRes,
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  HookHandlerDoneFunction,
} from 'fastify';
import { Authenticator } from '../auth/authenticator.js';
import type { Principal } from '../auth/principal.js';
import { Clock } from '../clock/clock.js';
import { CONFIG, type Config } from '../config/config.js';
import { ServiceState } from '../lifecycle/service-state.js';
import { checkJsonLimits } from './json-body.js';
import { checkHeaderSize, isTooLarge } from './limits.js';
import { HttpProblem } from './problem.js';
import { ProblemResponder } from './problem-responder.js';
import { isPublic, pathOf } from './public-paths.js';
import { RateLimit } from './rate-limit.js';
import { ReadYourWrites } from './read-your-writes.js';
import { RepeatedRequests } from './repeated-requests.js';
import { commandContextOf, isWrite } from './request-context.js';
import { parseMinPosition } from './request-headers.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { WriteAnswer } from './write-answer.js';

/** To the server, a payload that is `undefined` means the one it has already. */
const NO_BODY = {};
const toNothing = (): string => '';

/**
 * What happens to every request around its handler. The server's hooks are used rather than the framework's guards and
 * interceptors: they also see what the router refuses, run before the body is read, and cost no observable per request.
 */
@Injectable()
export class RequestHooks {
  private readonly rateLimit: RateLimit;

  constructor(
    private readonly authenticator: Authenticator,
    private readonly clock: Clock,
    private readonly readYourWrites: ReadYourWrites,
    private readonly repeated: RepeatedRequests,
    private readonly responder: ProblemResponder,
    private readonly state: ServiceState,
    @Inject(CONFIG) config: Config,
  ) {
    this.rateLimit = new RateLimit(config.rateLimitPerMinute);
  }

  install(server: FastifyInstance): void {
    server.decorateRequest('principal', null);
    server.decorateRequest('commandContext', null);
    server.decorateRequest('problem', null);
    server.decorateRequest('refusedByRule', false);
    server.removeAllContentTypeParsers();
    // Kept as it came: what it means is the business of the surface.
    server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

    server.addHook('onRequest', (request, reply) => this.admit(request, reply));
    server.addHook('preParsing', (request, reply, payload, done) => {
      if (request.headers.expect !== undefined && !isTooLarge(request)) reply.raw.writeContinue();
      done(null, payload);
    });
    server.addHook('preHandler', (request, reply, done) => this.prepare(request, reply, done));
    server.addHook('preSerialization', (_request, reply, payload, done) => {
      if (payload instanceof WriteAnswer) this.finishWrite(reply, payload, done);
      else done(null, payload);
    });
    server.addHook('onSend', (request, reply, payload, done) => {
      // Otherwise a connection kept alive would hold up the end of the process.
      if (this.state.stopping) void reply.header('connection', 'close');
      if (request.commandContext?.idempotency === undefined) done(null, payload);
      else this.repeated.keepAnswer(request, reply, payload).then((kept) => done(null, kept), done);
    });
    server.addHook('onResponse', (request, _reply, done) => {
      this.repeated.release(request);
      done();
    });
  }

  /** Refuses a request whose path can't be decoded: no route was chosen, so no hook ran. */
  async refuseBadPath(error: FastifyError, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      await this.admit(request, reply);
      const [code, message] =
        error.statusCode === 414
          ? ['path-too-long', 'A segment of the path is too long']
          : ['bad-path', 'The path holds a broken percent-encoding'];
      throw new HttpProblem(error.statusCode ?? 400, code, message, { cause: error });
    } catch (refusal) {
      this.responder.respond(refusal, request, reply);
    }
  }

  /** Who is it, before the body is read. */
  private async admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    void reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
    const path = pathOf(request.url);
    if (this.state.stopping && !isPublic(path)) {
      throw new HttpProblem(503, 'stopping', 'The service is stopping; try again', {
        headers: { 'retry-after': '1' },
      });
    }
    const { rawHeaders } = request.raw;
    checkHeaderSize(rawHeaders);
    if (isPublic(path)) return;
    const principal = await this.authenticator.authenticate({ rawHeaders, address: request.ip });
    request.principal = principal;
    this.rateLimit.count(principal, this.clock.now());
  }

  /** The body has arrived: its limits, then the headers that say how to read or write. */
  private prepare(request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
    const { principal } = request;
    if (principal === null || request.is404) {
      done();
      return;
    }
    try {
      checkJsonLimits(request.body as Buffer | undefined, request.headers['content-type']);
      if (isWrite(request)) this.prepareWrite(request, reply, principal, done);
      else this.prepareRead(request, done);
    } catch (error) {
      done(error as Error);
    }
  }

  private prepareRead(request: FastifyRequest, done: HookHandlerDoneFunction): void {
    const position = parseMinPosition(request.headers['x-min-position']);
    if (position === undefined) done();
    else this.readYourWrites.waitFor(position).then(() => done(), done);
  }

  private prepareWrite(
    request: FastifyRequest,
    reply: FastifyReply,
    principal: Principal,
    done: HookHandlerDoneFunction,
  ): void {
    const context = commandContextOf(request, principal, this.clock.now());
    request.commandContext = context;
    void reply.header('x-correlation-id', context.correlationId);
    const { showsSecretOnce, showsSealedSecret } = request.routeOptions.config;
    if (showsSecretOnce === true || showsSealedSecret === true)
      void reply.header('cache-control', 'no-store');
    if (context.idempotency === undefined) done();
    else {
      this.repeated.answerAgain(request, reply).then((answered) => {
        if (!answered) done();
      }, done);
    }
  }

  private finishWrite(
    reply: FastifyReply,
    { status, body, headers, written: { position, revision } }: WriteAnswer,
    done: DoneFuncWithErrOrRes,
  ): void {
    void reply.code(status).headers(headers);
    if (body === undefined) void reply.removeHeader('content-type').serializer(toNothing);
    if (revision !== undefined) void reply.header('etag', `"${revision}"`);
    if (position >= 0n) void reply.header('x-event-position', String(position));
    const payload = body ?? NO_BODY;
    if (this.readYourWrites.hasPassed(position)) {
      done(null, payload);
      return;
    }
    this.readYourWrites.settle(position).then((passed) => {
      if (!passed) void reply.header('x-read-model', 'behind');
      done(null, payload);
    }, done);
  }
}
