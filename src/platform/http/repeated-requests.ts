import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LOGGER, type Logger } from '../logging/logger.js';
import { KeptAnswers, type KeptAnswer, type KeyedContext } from './kept-answers.js';
import { HttpProblem } from './problem.js';
import { ReadYourWrites } from './read-your-writes.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** Belongs to one exchange, not to the answer. */
const NOT_KEPT: ReadonlySet<string> = new Set([
  ...Object.keys(SECURITY_HEADERS),
  'connection',
  'content-length',
  'date',
  'x-correlation-id',
  'x-read-model',
  'x-request-id',
]);

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/**
 * What the rules said, good or bad, is said again; what was wrong with the request or the moment is not. A success that
 * shows a sealed secret is made anew for a repeat.
 */
const isKept = (request: FastifyRequest, status: number): boolean =>
  request.refusedByRule || (isSuccess(status) && request.routeOptions.config.showsSealedSecret !== true);

const keptHeaders = (reply: FastifyReply): Record<string, string> =>
  Object.fromEntries(
    Object.entries(reply.getHeaders())
      .filter(([name, value]) => value !== undefined && !NOT_KEPT.has(name))
      .map(([name, value]) => [name, String(value)]),
  );

/** Requests with an `Idempotency-Key`: carried out once, answered as often as they come. */
@Injectable()
export class RepeatedRequests {
  /** Keys being worked on in this process, with the request that does. */
  private readonly running = new Map<string, FastifyRequest>();

  constructor(
    private readonly answers: KeptAnswers,
    private readonly readYourWrites: ReadYourWrites,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Gives the first answer again and says `true`; `false` when there is none: the request is the first and goes on. */
  async answerAgain(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const context = keyedContext(request);
    if (context === undefined) return false;
    const { key } = context.idempotency;
    if (this.running.has(key)) {
      throw new HttpProblem(
        409,
        'request-running',
        'The first request with this idempotency key is still running',
        {
          headers: { 'retry-after': '1' },
        },
      );
    }
    this.running.set(key, request);
    const kept = await this.answers.find(context);
    if (kept === undefined) return false;
    this.release(request);
    void reply.send(await this.giveAgain(kept, reply));
    return true;
  }

  /** Keeps the answer before it is sent, so that nobody has seen an answer that a repeat would not get. */
  async keepAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
    const context = keyedContext(request);
    if (context === undefined || this.running.get(context.idempotency.key) !== request) return payload;
    try {
      const isWhole = payload === undefined || payload === null || typeof payload === 'string';
      if (!isWhole || !isKept(request, reply.statusCode)) return payload;
      const mine: KeptAnswer = {
        status: reply.statusCode,
        headers: keptHeaders(reply),
        body: payload || null,
      };
      const kept = await this.answers.keep(context, mine);
      return kept === mine ? payload : await this.giveAgain(kept, reply);
    } catch (error) {
      // What was asked is done and stands in the log: a repeat is recognised there, even without the kept answer.
      this.logger.warn({ requestId: request.id, err: error }, 'the answer could not be kept for a repeat');
      return payload;
    } finally {
      this.release(request);
    }
  }

  release(request: FastifyRequest): void {
    const key = request.commandContext?.idempotency?.key;
    if (key !== undefined && this.running.get(key) === request) this.running.delete(key);
  }

  private async giveAgain(kept: KeptAnswer, reply: FastifyReply): Promise<string | undefined> {
    void reply.code(kept.status).headers(kept.headers).header('idempotent-replayed', 'true');
    const position = kept.headers['x-event-position'];
    if (position !== undefined && !(await this.readYourWrites.settle(BigInt(position))))
      void reply.header('x-read-model', 'behind');
    return kept.body ?? undefined;
  }
}

const keyedContext = ({ commandContext }: FastifyRequest): KeyedContext | undefined => {
  const idempotency = commandContext?.idempotency;
  return idempotency === undefined || commandContext === null
    ? undefined
    : { ...commandContext, idempotency };
};
