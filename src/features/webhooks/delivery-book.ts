import { Injectable } from '@nestjs/common';
import { DomainError } from '../../domain/shared/domain-error.js';
import { ReadModels } from '../../projections/projection.js';
import {
  outcomesOf,
  withAttempt,
  type DeliveryRow,
  type Outcome,
  type StoredAttempt,
} from './deliveries.rows.js';
import { WebhookSenders } from './sending/webhook-senders.js';
import type { DeliveryStatus, DeliveryView } from './webhook.view.js';

interface Delivery {
  readonly eventId: string;
  readonly status: DeliveryStatus;
  readonly attempts: readonly StoredAttempt[];
  readonly nextAttemptAt: string | null;
}

interface Range {
  /** Inclusive. */
  readonly upTo: bigint;
  /** Exclusive; `null`: from the newest on. */
  readonly before: bigint | null;
}

/** What became of events: as recorded, and over it what this replica knows and no checkpoint has told yet. */
@Injectable()
export class DeliveryBook {
  constructor(
    private readonly readModels: ReadModels,
    private readonly senders: WebhookSenders,
  ) {}

  /** The newest events first. */
  list(
    webhookId: string,
    status: DeliveryStatus | null,
    { upTo, before }: Range,
    limit: number,
  ): readonly DeliveryView[] {
    const last = before === null || before > upTo ? upTo : before - 1n;
    const fresh = this.unrecorded(webhookId);
    const recorded = this.rows(webhookId, status, last, limit + fresh.size)
      .filter(([position]) => !fresh.has(position))
      .map(([position, delivery]) => ({ position, status: delivery.status, delivery }));
    const unrecorded = [...fresh].map(([position, outcomes]) => ({
      position,
      status: outcomes.at(-1)?.status,
      delivery: undefined,
    }));
    const found = [...recorded, ...unrecorded]
      .filter((one) => one.position <= last && (status === null || one.status === status))
      .sort((a, b) => (a.position < b.position ? 1 : -1))
      .slice(0, limit)
      .flatMap(({ position, delivery }) => {
        const known = delivery ?? this.merged(webhookId, position, fresh.get(position) ?? []);
        return known === undefined ? [] : [[position, known] as const];
      });
    return this.withAnswers(webhookId, found);
  }

  /** @throws DomainError `delivery-not-found`, `delivery-retrying` */
  requireSettled(webhookId: string, position: bigint): void {
    const found = this.merged(webhookId, position, this.unrecorded(webhookId).get(position) ?? []);
    if (found === undefined)
      throw new DomainError('not-found', 'delivery-not-found', 'The webhook has no such delivery');
    if (found.status === 'retrying')
      throw new DomainError(
        'conflict',
        'delivery-retrying',
        `The event is being retried already${found.nextAttemptAt === null ? '' : `, next at ${found.nextAttemptAt}`}`,
      );
  }

  private rows(
    webhookId: string,
    status: DeliveryStatus | null,
    last: bigint,
    limit: number,
  ): readonly (readonly [bigint, Delivery])[] {
    const columns = 'position, event_id, status, attempts, next_attempt_at';
    const where = `webhook_id = ? AND position <= ? ${status === null ? '' : 'AND status = ?'}`;
    const rows = this.readModels.all<DeliveryRow>(
      `SELECT ${columns} FROM webhook_deliveries WHERE ${where} ORDER BY position DESC LIMIT ?`,
      webhookId,
      Number(last),
      ...(status === null ? [] : [status]),
      limit,
    );
    return rows.map((row) => [BigInt(row.position), fromRow(row)]);
  }

  private row(webhookId: string, position: bigint): Delivery | undefined {
    const row = this.readModels.get<DeliveryRow>(
      'SELECT * FROM webhook_deliveries WHERE webhook_id = ? AND position = ?',
      webhookId,
      Number(position),
    );
    return row && fromRow(row);
  }

  private unrecorded(webhookId: string): ReadonlyMap<bigint, readonly Outcome[]> {
    const fresh = new Map<bigint, Outcome[]>();
    const outbox = this.senders.unrecorded(webhookId);
    for (const outcome of outbox === undefined ? [] : outcomesOf(outbox.outcomes)) {
      const list = fresh.get(outcome.position);
      if (list === undefined) fresh.set(outcome.position, [outcome]);
      else list.push(outcome);
    }
    return fresh;
  }

  /** What is recorded of an event with what came after it; `undefined`: nothing at all. */
  private merged(webhookId: string, position: bigint, outcomes: readonly Outcome[]): Delivery | undefined {
    return outcomes.reduce<Delivery | undefined>(
      (before, { eventId, status, attempt, nextAttemptAt }) => ({
        eventId,
        status,
        attempts: withAttempt(before?.attempts ?? [], attempt),
        nextAttemptAt,
      }),
      this.row(webhookId, position),
    );
  }

  private withAnswers(
    webhookId: string,
    found: readonly (readonly [bigint, Delivery])[],
  ): readonly DeliveryView[] {
    const kept = this.senders.answers.of(
      webhookId,
      found.map(([position]) => position),
    );
    const unkept = this.senders.unrecorded(webhookId)?.answers ?? [];
    const answers = new Map(
      [...kept, ...unkept].map(({ position, at, answer }) => [`${position} ${at}`, answer]),
    );
    return found.map(([position, delivery]) => ({
      ...delivery,
      position,
      attempts: delivery.attempts.map(({ error, ...attempt }) => ({
        ...attempt,
        answer: answers.get(`${position} ${attempt.at}`) ?? null,
        error,
      })),
    }));
  }
}

const fromRow = ({ event_id, status, attempts, next_attempt_at }: DeliveryRow): Delivery => ({
  eventId: event_id,
  status,
  attempts: JSON.parse(attempts) as StoredAttempt[],
  nextAttemptAt: next_attempt_at,
});
