import { randomUUID } from 'node:crypto';
import { webhookDecider, type Webhook } from '../../../domain/webhook/webhook.decider.js';
import {
  progressFrom,
  settledUpTo,
  type ToldAt,
  webhookSenderDecider,
} from '../../../domain/webhook/webhook-sender.decider.js';
import type { SendingProgress } from '../../../domain/webhook/webhook.events.js';
import { DomainError } from '../../../domain/shared/domain-error.js';
import type { CommandContext } from '../../../event-store/command-context.js';
import { PreconditionFailed, type DeciderRunner } from '../../../event-store/decider-runner.js';
import type { EventStore, RecordedEvent } from '../../../event-store/event-store.js';
import type { AnswerFile } from '../../../platform/answers/answer-file.js';
import type { Clock } from '../../../platform/clock/clock.js';
import type { Logger } from '../../../platform/logging/logger.js';
import { pause, retryDelay } from '../../../projections/retry.js';
import { systemContext } from '../../process-managers/index.js';
import { senderStream, webhookStream } from '../streams.js';
import { Lease, LEASE_MS, thisInstant } from './lease.js';
import type { LogTail } from './log-tail.js';
import { Outbox, type Outcomes } from './outbox.js';
import { Receiver } from './receiver.js';
import type { Redeliveries } from './redeliveries.js';
import { CONNECTIONS, FRUITLESS, Sender } from './sender.js';
import { carries, type Signer } from './subscription.js';
import type { Resolve } from './target.js';

/** Looks for work at least this often: a clock may be set, a replica may die. */
const LOOK_MS = 1_000;
const READ_AHEAD = 64;
/** Whoever sent last goes on; the others give it so long. */
const COURTESY_MS = 200;
/** Something is wrong that will not be over in a moment: an event that a newer build has written, say. */
const FAULT_MS = 60_000;
/** So that replicas don't all reach for a lease at once. */
const JITTER_MS = 1_000;

export interface RunParts {
  readonly store: EventStore;
  readonly runner: DeciderRunner;
  readonly tail: LogTail;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly answers: AnswerFile;
  readonly redeliveries: Redeliveries;
  readonly source: string;
  /** Of this process, for leases. */
  readonly holder: string;
  readonly allowPrivate: boolean;
  readonly timeoutMs: number;
  readonly resolve: Resolve;
}

interface Taken {
  readonly lease: Lease;
  readonly progress: SendingProgress;
}

interface Standing {
  readonly revision: bigint;
  readonly holder: string | null;
  readonly progress: SendingProgress;
}

/**
 * One webhook that is active, on one replica: looks out for something to send, takes the lease when nobody else has it, and
 * sends until there is nothing more, or another one has it.
 */
export class WebhookRun {
  private readonly ending = new AbortController();
  private readonly finished: Promise<void>;
  private readonly receiver: Receiver;
  private readonly webhookId: string;
  private readonly wanted: (event: RecordedEvent) => boolean;
  private sender: Sender | undefined;
  private outbox = new Outbox();
  /** What was looked at without a find, while another replica or nobody sends. */
  private looked = -1n;
  /** So many events. */
  private fruitless = 0;
  /** Where the last checkpoint stands in the log. */
  private recordedAt = -1n;
  /** What the log says of it, while somebody else or nobody sends. */
  private recorded: SendingProgress;
  /** When this process saw the last sign of life of whoever has the lease. */
  private sign = { revision: -1n, at: performance.now() };

  constructor(
    private readonly parts: RunParts,
    /** With the place of its last event in the log. */
    private readonly webhook: ToldAt<Webhook>,
    private signer: Signer,
  ) {
    const { allowPrivate, timeoutMs, resolve } = parts;
    const { told } = webhook;
    this.webhookId = told.webhookId;
    this.receiver = new Receiver({
      url: told.url,
      allowPrivate,
      timeoutMs,
      resolve,
      connections: CONNECTIONS,
    });
    this.wanted = carries(told);
    this.recorded = progressFrom(undefined, webhook);
    this.finished = this.work();
  }

  get replays(): number {
    return this.webhook.told.replays;
  }

  /** Every event up to here was delivered, is a dead letter, or does not fit. */
  get position(): bigint {
    if (this.sender !== undefined) return settledUpTo(this.sender.progress());
    const looked = this.looked < BigInt(this.recorded.position) ? this.recorded.position : `${this.looked}`;
    return settledUpTo({ ...this.recorded, position: looked });
  }

  /** What stands in no checkpoint yet. */
  get unrecorded(): Outbox {
    return this.outbox;
  }

  async recordNow(): Promise<void> {
    await this.sender?.recordNow();
  }

  signWith(signer: Signer): void {
    this.signer = signer;
  }

  /** Another replica has written to the log what this one stands by for. */
  observe(revision: bigint): void {
    if (revision > this.sign.revision) this.sign = { revision, at: performance.now() };
  }

  /** What is under way may end, in bounded time; then the lease is given back. */
  async stop(): Promise<void> {
    this.ending.abort();
    this.sender?.stop();
    await this.finished;
    this.receiver.close();
  }

  private async work(): Promise<void> {
    const { signal } = this.ending;
    for (let attempt = 0; !signal.aborted;) {
      try {
        await this.turn();
        attempt = 0;
      } catch (error) {
        this.complain(error);
        await pause(retryDelay(attempt++), signal);
      }
    }
  }

  private async turn(): Promise<void> {
    const standing = await this.standing();
    if (!(await this.findWork(standing))) return;
    const waitMs = this.untilFree(standing);
    if (waitMs > 0) {
      await this.parts.tail.grown(Math.min(waitMs, LOOK_MS), this.ending.signal);
      return;
    }
    const taken = await this.take(standing);
    if (taken !== undefined) await this.send(taken);
  }

  private async standing(): Promise<Standing> {
    const { runner } = this.parts;
    const { state, revision, position } = await runner.load(webhookSenderDecider, this.stream);
    this.observe(revision);
    const recorded = state === null ? undefined : { told: state.progress, at: position };
    const progress = (this.recorded = progressFrom(recorded, this.webhook));
    return { revision, holder: state?.holder ?? null, progress };
  }

  /** Looks until there is something to send, or what it went by is outdated. */
  private async findWork({ progress, revision }: Standing): Promise<boolean> {
    const { tail, clock, redeliveries } = this.parts;
    const { signal } = this.ending;
    const start = BigInt(progress.position);
    if (this.looked < start) {
      this.looked = start;
      this.fruitless = 0;
    }
    while (!signal.aborted && this.sign.revision === revision) {
      const now = clock.now().toISOString();
      if (progress.lanes.some(({ nextAttemptAt }) => nextAttemptAt === null || nextAttemptAt <= now))
        return true;
      if (redeliveries.waiting(this.webhookId)) return true;
      const { events, position } = await tail.read(this.looked, READ_AHEAD);
      for (const event of events) {
        if (this.wanted(event) || ++this.fruitless >= FRUITLESS) return true;
        this.looked = event.position;
      }
      this.looked = position;
      if (this.looked >= tail.end) await tail.grown(LOOK_MS, signal);
    }
    return false;
  }

  /** Milliseconds until this replica may reach for the lease. */
  private untilFree({ holder }: Standing): number {
    const { store, holder: me } = this.parts;
    // The folder of the embedded log has one process at a time: whoever held the lease before is gone.
    if (store.kind === 'sqlite' || holder === me) return 0;
    const quietMs = performance.now() - this.sign.at;
    const graceMs = holder === null ? COURTESY_MS : LEASE_MS + COURTESY_MS;
    return graceMs + Math.random() * JITTER_MS - quietMs;
  }

  /** `undefined`: another replica was faster. */
  private async take({ revision, progress }: Standing): Promise<Taken | undefined> {
    const { runner, holder, store } = this.parts;
    const { webhookId } = this;
    const command = { type: 'TakeLease', webhookId, holder, progress } as const;
    const context = { ...this.context(), ifMatch: revision };
    const since = thisInstant();
    try {
      const { state, revision: taken } = await runner.run(
        webhookSenderDecider,
        this.stream,
        command,
        context,
      );
      if (state === null) throw new Error('a lease was taken and is not there');
      const lease = new Lease(state.term, store.kind === 'sqlite');
      lease.renewed(since);
      this.observe(taken);
      return { lease, progress: state.progress };
    } catch (error) {
      if (error instanceof PreconditionFailed) return undefined;
      throw error;
    }
  }

  private async send({ lease, progress }: Taken): Promise<void> {
    const { store, tail, clock, source, redeliveries } = this.parts;
    const { webhookId } = this;
    const outbox = (this.outbox = new Outbox());
    const sender = (this.sender = new Sender(
      {
        store,
        tail,
        clock,
        source,
        outbox,
        lease,
        receiver: this.receiver,
        wanted: this.wanted,
        signer: () => this.signer,
        toSendAgain: (limit, isKnown) =>
          redeliveries.next(
            webhookId,
            limit,
            this.recordedAt,
            (event) => isKnown(event) || outbox.holds(event.id),
          ),
        record: (reached, outcomes, released) => this.record(lease, reached, outcomes, released),
        gone: () => this.disable(),
        complain: (error) => this.complain(error),
      },
      progress,
      { position: this.looked, events: this.fruitless },
    ));
    if (this.ending.signal.aborted) sender.stop();
    try {
      await sender.run();
    } catch (error) {
      this.complain(error);
      await pause(FAULT_MS, this.ending.signal);
    } finally {
      this.sender = undefined;
      this.outbox = new Outbox();
      this.looked = -1n;
    }
  }

  private async record(
    lease: Lease,
    progress: SendingProgress,
    outcomes: Outcomes,
    released: boolean,
  ): Promise<boolean> {
    const { runner, holder } = this.parts;
    const { webhookId } = this;
    this.keepAnswers();
    const since = thisInstant();
    const command = {
      type: 'Checkpoint',
      webhookId,
      holder,
      term: lease.term,
      released,
      progress,
      ...outcomes,
    } as const;
    try {
      const { position } = await runner.run(webhookSenderDecider, this.stream, command, this.context());
      lease.renewed(since);
      this.recordedAt = position;
      return true;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'lease-lost') return false;
      throw error;
    }
  }

  /** Nothing depends on them: a disk that is full must not keep deliveries from being recorded. */
  private keepAnswers(): void {
    try {
      this.parts.answers.keep(this.webhookId, this.outbox.takeAnswers());
    } catch (error) {
      this.parts.logger.warn({ webhook: this.webhookId, err: error }, 'answers could not be kept');
    }
  }

  private async disable(): Promise<void> {
    const command = { type: 'DisableWebhook', reason: 'the receiver answered 410 Gone' } as const;
    const stream = webhookStream(this.webhookId);
    await this.parts.runner.run(webhookDecider, stream, command, this.context());
  }

  private get stream(): string {
    return senderStream(this.webhookId);
  }

  private context(): CommandContext {
    const correlationId = randomUUID();
    return systemContext('webhooks', this.parts.clock.now(), { eventId: correlationId, correlationId });
  }

  private complain(error: unknown): void {
    this.parts.logger.warn({ webhook: this.webhookId, err: error }, 'a webhook cannot send for now');
  }
}
