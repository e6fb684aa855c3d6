import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { splitStreamName } from '../../../domain/events.js';
import { webhookDecider, type Webhook } from '../../../domain/webhook/webhook.decider.js';
import type { ToldAt } from '../../../domain/webhook/webhook-sender.decider.js';
import { DeciderRunner } from '../../../event-store/decider-runner.js';
import { EventStore, type RecordedEvent } from '../../../event-store/event-store.js';
import { AnswerFile } from '../../../platform/answers/answer-file.js';
import { Clock } from '../../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../../platform/config/config.js';
import { LOGGER, type Logger } from '../../../platform/logging/logger.js';
import { ReadModels } from '../../../projections/projection.js';
import { pause, retryDelay } from '../../../projections/retry.js';
import { eventSource } from '../../feed/index.js';
import { LogFollower } from '../../log-follower/index.js';
import { SecretBox } from '../signing/secret-box.js';
import { webhookStream } from '../streams.js';
import { webhooksProjection } from '../webhooks.projection.js';
import { LogTail } from './log-tail.js';
import type { Outbox } from './outbox.js';
import { Redeliveries } from './redeliveries.js';
import { Signer } from './subscription.js';
import { systemResolve } from './target.js';
import { WebhookRun } from './webhook-run.js';

/** How long the read model is waited for at once, before it is said again that it is. */
const PATIENCE_MS = 10_000;

/** Keeps one run going for each active webhook, from the start of the application to its end. */
@Injectable()
export class WebhookSenders implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly runs = new Map<string, WebhookRun>();
  private readonly tail: LogTail;
  /** By webhook: resolves when nothing more is under way that starts or ends its run. */
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly ending = new AbortController();
  private readonly answerFile: AnswerFile;
  private readonly holder = randomUUID();
  private starting: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: EventStore,
    private readonly runner: DeciderRunner,
    private readonly readModels: ReadModels,
    private readonly redeliveries: Redeliveries,
    private readonly box: SecretBox,
    follower: LogFollower,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.answerFile = AnswerFile.open(join(config.dataDir, 'webhook-answers.db'));
    this.tail = new LogTail(store, follower, logger, (event) => this.noticed(event));
  }

  onApplicationBootstrap(): void {
    this.starting = this.begin();
  }

  /** What is under way is finished, within seconds; what came of it is recorded, and leases are given back. */
  async beforeApplicationShutdown(): Promise<void> {
    this.ending.abort();
    await this.starting;
    await Promise.all(
      [...this.runs.keys()].map((webhookId) => this.inTurn(webhookId, () => this.end(webhookId))),
    );
    this.answerFile.close();
  }

  get answers(): AnswerFile {
    return this.answerFile;
  }

  /** Where a webhook stands that this replica has an eye on; `undefined`: it hasn't, or knows of another replay. */
  position(webhookId: string, replays: number): bigint | undefined {
    const run = this.runs.get(webhookId);
    return run?.replays === replays ? run.position : undefined;
  }

  /** What became of the latest tries of this replica, as far as it stands in no checkpoint yet. */
  unrecorded(webhookId: string): Outbox | undefined {
    return this.runs.get(webhookId)?.unrecorded;
  }

  /** Resolves when what this replica has sent so far is recorded, or after a while when the log is away. */
  async recordNow(webhookId: string): Promise<void> {
    await this.runs.get(webhookId)?.recordNow();
  }

  private async begin(): Promise<void> {
    const { signal } = this.ending;
    await this.tail.start(signal);
    const { end } = this.tail;
    const projections = [webhooksProjection.name];
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.readModels.waitFor(end, { timeoutMs: PATIENCE_MS, projections });
        if (this.readModels.trustworthy(...projections)) break;
      } catch (error) {
        this.logger.warn({ err: error }, 'webhooks wait for their read model');
      }
      await pause(retryDelay(attempt), signal);
    }
    if (signal.aborted) return;
    const rows = this.readModels.all<{ webhook_id: string }>('SELECT webhook_id FROM webhooks');
    for (const { webhook_id } of rows) this.attend(webhook_id);
  }

  private noticed({ stream, revision }: RecordedEvent): void {
    const { aggregate, id } = splitStreamName(stream);
    if (aggregate === 'webhook') this.attend(id);
    else if (aggregate === 'webhookSender') this.runs.get(id)?.observe(revision);
  }

  /** Brings the run in line with what the log says of the webhook. */
  private attend(webhookId: string): void {
    const work = async (): Promise<void> => {
      for (let attempt = 0; !this.ending.signal.aborted; attempt++) {
        try {
          const { state, position } = await this.runner.load(webhookDecider, webhookStream(webhookId));
          if (typeof state === 'string' || state.status !== 'active') await this.end(webhookId);
          else await this.keepGoing({ told: state, at: position });
          if (state === 'deleted') this.answerFile.forget(webhookId);
          return;
        } catch (error) {
          this.logger.warn({ webhook: webhookId, err: error }, 'a webhook could not be attended to');
          await pause(retryDelay(attempt), this.ending.signal);
        }
      }
    };
    void this.inTurn(webhookId, work);
  }

  /** One after the other for each webhook, however long that takes: ending a run takes seconds while its receiver hangs. */
  private inTurn(webhookId: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.underWay.get(webhookId) ?? Promise.resolve()).then(work, work);
    this.underWay.set(webhookId, turn);
    return turn.finally(() => {
      if (this.underWay.get(webhookId) === turn) this.underWay.delete(webhookId);
    });
  }

  private async keepGoing(webhook: ToldAt<Webhook>): Promise<void> {
    const { webhookId, replays } = webhook.told;
    const run = this.runs.get(webhookId);
    const signer = this.signerOf(webhook.told);
    if (run?.replays === replays && signer !== undefined) {
      run.signWith(signer);
      return;
    }
    await this.end(webhookId);
    if (signer === undefined || this.ending.signal.aborted) return;
    const { store, runner, tail, clock, logger, redeliveries, holder, config } = this;
    const parts = {
      store,
      runner,
      tail,
      clock,
      logger,
      redeliveries,
      holder,
      answers: this.answerFile,
      source: eventSource(config),
      allowPrivate: config.webhooks.allowPrivateTargets,
      timeoutMs: config.webhooks.timeoutSeconds * 1_000,
      resolve: systemResolve,
    };
    this.runs.set(webhookId, new WebhookRun(parts, webhook, signer));
  }

  /** `undefined`: what signs was sealed with a key that this replica was not given, so another one has to send. */
  private signerOf(webhook: Webhook): Signer | undefined {
    try {
      return new Signer(webhook, this.box, this.clock.now());
    } catch (error) {
      this.logger.error({ webhook: webhook.webhookId, err: error }, 'a webhook cannot be signed for here');
      return undefined;
    }
  }

  private async end(webhookId: string): Promise<void> {
    await this.runs.get(webhookId)?.stop();
    this.runs.delete(webhookId);
  }
}
