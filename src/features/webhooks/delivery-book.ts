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
  readonly position: bigint;
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

const COLUMNS = 'event_id, position, status, attempts, next_attempt_at';

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
    const recorded = this.rows(webhookId, status, last, limit + fresh.size).filter(
      ({ eventId }) => !fresh.has(eventId),
    );
    const unrecorded = [...fresh.values()].flatMap((outcomes) => outcomes.slice(-1));
    const found = [...recorded, ...unrecorded]
      .filter((one) => one.position <= last && (status === null || one.status === status))
      .sort((a, b) => (a.position < b.position ? 1 : -1))
      .slice(0, limit)
      .flatMap((one) => ('attempts' in one ? one : (this.merged(webhookId, one.eventId, fresh) ?? [])));
    return this.withAnswers(webhookId, found);
  }

  /**
   * Where the event of a delivery stands that may be sent again.
   * @throws DomainError `delivery-not-found`, `delivery-retrying`
   */
  settledAt(webhookId: string, eventId: string): bigint {
    const found = this.merged(webhookId, eventId, this.unrecorded(webhookId));
    if (found === undefined)
      throw new DomainError('not-found', 'delivery-not-found', 'The webhook has no such delivery');
    const { status, position, nextAttemptAt } = found;
    if (status !== 'retrying') return position;
    throw new DomainError(
      'conflict',
      'delivery-retrying',
      `The event is being retried already${nextAttemptAt === null ? '' : `, next at ${nextAttemptAt}`}`,
    );
  }

  private rows(
    webhookId: string,
    status: DeliveryStatus | null,
    last: bigint,
    limit: number,
  ): readonly Delivery[] {
    const where = `webhook_id = ? AND position <= ? ${status === null ? '' : 'AND status = ?'}`;
    const rows = this.readModels.all<DeliveryRow>(
      `SELECT ${COLUMNS} FROM webhook_deliveries WHERE ${where} ORDER BY position DESC LIMIT ?`,
      webhookId,
      Number(last),
      ...(status === null ? [] : [status]),
      limit,
    );
    return rows.map(fromRow);
  }

  private row(webhookId: string, eventId: string): Delivery | undefined {
    // SQLite may end a text at its first NUL; no event has an id with one.
    if (eventId.includes('\0')) return undefined;
    const row = this.readModels.get<DeliveryRow>(
      `SELECT ${COLUMNS} FROM webhook_deliveries WHERE webhook_id = ? AND event_id = ?`,
      webhookId,
      eventId,
    );
    return row && fromRow(row);
  }

  private unrecorded(webhookId: string): ReadonlyMap<string, readonly Outcome[]> {
    const fresh = new Map<string, Outcome[]>();
    const outbox = this.senders.unrecorded(webhookId);
    for (const outcome of outbox === undefined ? [] : outcomesOf(outbox.outcomes)) {
      const list = fresh.get(outcome.eventId);
      if (list === undefined) fresh.set(outcome.eventId, [outcome]);
      else list.push(outcome);
    }
    return fresh;
  }

  /** What is recorded of an event with what came after it; `undefined`: nothing at all. */
  private merged(
    webhookId: string,
    eventId: string,
    fresh: ReadonlyMap<string, readonly Outcome[]>,
  ): Delivery | undefined {
    return (fresh.get(eventId) ?? []).reduce<Delivery | undefined>(
      (before, { position, status, attempt, nextAttemptAt }) => ({
        eventId,
        position,
        status,
        attempts: withAttempt(before?.attempts ?? [], attempt),
        nextAttemptAt,
      }),
      this.row(webhookId, eventId),
    );
  }

  private withAnswers(webhookId: string, found: readonly Delivery[]): readonly DeliveryView[] {
    const ids = found.map(({ eventId }) => eventId);
    const kept = this.senders.answers.of(webhookId, ids);
    const unkept = this.senders.unrecorded(webhookId)?.answers ?? [];
    const answers = new Map(
      [...kept, ...unkept].map(({ eventId, at, answer }) => [`${eventId} ${at}`, answer]),
    );
    return found.map((delivery) => ({
      ...delivery,
      attempts: delivery.attempts.map(({ error, ...attempt }) => ({
        ...attempt,
        answer: answers.get(`${delivery.eventId} ${attempt.at}`) ?? null,
        error,
      })),
    }));
  }
}

const fromRow = ({ event_id, position, status, attempts, next_attempt_at }: DeliveryRow): Delivery => ({
  eventId: event_id,
  position: BigInt(position),
  status,
  attempts: JSON.parse(attempts) as StoredAttempt[],
  nextAttemptAt: next_attempt_at,
});
