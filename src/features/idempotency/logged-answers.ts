import { Injectable } from '@nestjs/common';
import type { RequestAnswered } from '../../domain/shared/request.events.js';
import { streamName } from '../../domain/events.js';
import { DeciderRunner, IdempotencyKeyReused } from '../../event-store/decider-runner.js';
import { KeptAnswers, type KeptAnswer, type KeyedContext } from '../../platform/http/kept-answers.js';
import { requestDecider } from './request.decider.js';

const streamOf = ({ idempotency }: KeyedContext): string => streamName('idempotency', idempotency.key);

const toKept = ({ status, headers, personal }: RequestAnswered['data']): KeptAnswer => ({
  status,
  headers,
  body: Object.values(personal)[0]?.body ?? null,
});

/** Answers kept in the log: they outlive a restart, and every replica finds them. */
@Injectable()
export class LoggedAnswers extends KeptAnswers {
  constructor(private readonly runner: DeciderRunner) {
    super();
  }

  override async find(context: KeyedContext): Promise<KeptAnswer | undefined> {
    const { state } = await this.runner.load(requestDecider, streamOf(context));
    if (state === null) return undefined;
    if (state.fingerprint !== context.idempotency.fingerprint) throw new IdempotencyKeyReused();
    return toKept(state);
  }

  override async keep(context: KeyedContext, answer: KeptAnswer): Promise<KeptAnswer> {
    const { status, headers, body } = answer;
    const { fingerprint } = context.idempotency;
    // What the request demanded of the entity it changed says nothing about this stream.
    const { ifMatch: _, ...withoutMatch } = context;
    const { state, unchanged } = await this.runner.run(
      requestDecider,
      streamOf(context),
      { fingerprint, status, headers, personal: { [context.actor.id]: { body } } },
      withoutMatch,
    );
    return unchanged && state !== null ? toKept(state) : answer;
  }
}
