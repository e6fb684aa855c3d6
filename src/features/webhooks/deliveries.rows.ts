import type { RecordedDelivery, RecordedFailure } from '../../domain/webhook/webhook.events.js';
import type { Projection } from '../../projections/projection.js';
import type { DeliveryAttempt, DeliveryStatus } from './webhook.view.js';

export type Database = Parameters<Projection['handlers']>[0];

/** Of each webhook, the latest. */
export const DELIVERED_KEPT = 10_000;
/** Of each event, the latest. */
export const ATTEMPTS_KEPT = 20;

/** A row of the read model `webhook_deliveries`. */
export interface DeliveryRow {
  readonly event_id: string;
  readonly position: number;
  readonly status: DeliveryStatus;
  /** JSON: a list of {@link StoredAttempt}. */
  readonly attempts: string;
  readonly next_attempt_at: string | null;
}

/** What the receiver answered lies elsewhere. */
export type StoredAttempt = Omit<DeliveryAttempt, 'answer'>;

/** One try, and what the event came to by it. */
export interface Outcome {
  readonly position: bigint;
  readonly eventId: string;
  readonly status: DeliveryStatus;
  readonly attempt: StoredAttempt;
  readonly nextAttemptAt: string | null;
  /** Where the event stands, whatever log it is copied to; known of those that failed. */
  readonly place: { readonly entity: string; readonly revision: bigint } | null;
}

const deliveredOutcome = ([position, eventId, at, statusCode, latencyMs]: RecordedDelivery): Outcome => ({
  position: BigInt(position),
  eventId,
  status: 'delivered',
  attempt: { at: new Date(at).toISOString(), statusCode, latencyMs, error: null },
  nextAttemptAt: null,
  place: null,
});

const failedOutcome = ({ position, eventId, nextAttemptAt, ...failure }: RecordedFailure): Outcome => {
  const { entity, revision, at, statusCode, latencyMs, error } = failure;
  return {
    position: BigInt(position),
    eventId,
    status: nextAttemptAt === null ? 'dead' : 'retrying',
    attempt: { at, statusCode, latencyMs, error },
    nextAttemptAt,
    place: { entity, revision: BigInt(revision) },
  };
};

/** In the order in which it was tried. */
export const outcomesOf = ({
  delivered,
  failed,
}: {
  readonly delivered: readonly RecordedDelivery[];
  readonly failed: readonly RecordedFailure[];
}): readonly Outcome[] => {
  const all = delivered.map(deliveredOutcome);
  if (failed.length === 0) return all;
  return [...all, ...failed.map(failedOutcome)].sort(
    (a, b) => Date.parse(a.attempt.at) - Date.parse(b.attempt.at),
  );
};

/** With one more, which may be there already: a checkpoint whose outcome was unknown is written again. */
export const withAttempt = (
  attempts: readonly StoredAttempt[],
  attempt: StoredAttempt,
): readonly StoredAttempt[] =>
  attempts.some(({ at }) => at === attempt.at) ? attempts : [...attempts, attempt].slice(-ATTEMPTS_KEPT);

/** Writes what became of tries into the table of this name. */
export const deliveryWriter = (db: Database, table: string) => {
  const find = db.prepare(`SELECT attempts FROM ${table} WHERE webhook_id = ? AND event_id = ?`);
  const put = db.prepare(
    `INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT (webhook_id, event_id) DO UPDATE SET
       position = excluded.position, entity = coalesce(excluded.entity, entity),
       revision = coalesce(excluded.revision, revision), status = excluded.status, attempts = excluded.attempts,
       next_attempt_at = excluded.next_attempt_at, wanted_again = 0, recorded_at = excluded.recorded_at`,
  );
  const prune = db.prepare(
    `DELETE FROM ${table} WHERE webhook_id = ?1 AND status = 'delivered' AND recorded_at <=
       (SELECT recorded_at FROM ${table} WHERE webhook_id = ?1 AND status = 'delivered'
        ORDER BY recorded_at DESC LIMIT 1 OFFSET ${DELIVERED_KEPT})`,
  );
  const write = (webhookId: string, outcome: Outcome, recordedAt: bigint): void => {
    const { eventId, position, place, status, attempt, nextAttemptAt } = outcome;
    const row = find.get(webhookId, eventId) as { attempts: string } | undefined;
    const before = row === undefined ? [] : (JSON.parse(row.attempts) as StoredAttempt[]);
    const attempts = JSON.stringify(withAttempt(before, attempt));
    const [entity, revision] = [place?.entity ?? null, place?.revision ?? null];
    put.run(webhookId, eventId, position, entity, revision, status, attempts, nextAttemptAt, recordedAt);
  };
  return {
    write: (webhookId: string, outcomes: Parameters<typeof outcomesOf>[0], recordedAt: bigint): void => {
      for (const outcome of outcomesOf(outcomes)) write(webhookId, outcome, recordedAt);
      if (outcomes.delivered.length > 0) prune.run(webhookId);
    },
  };
};
