import type { RecordedDelivery, RecordedFailure } from '../../../domain/webhook/webhook.events.js';
import type { ReceivedAnswer } from '../../../platform/answers/answer-file.js';

/** What one checkpoint carries at most; it stays far below what one append takes. */
const MOST_IN_ONE = 500;
/** So much is not recorded while the log is away: then nothing more is sent. */
const MOST_IN_ALL = 2_000;

export interface Outcomes {
  readonly delivered: readonly RecordedDelivery[];
  readonly failed: readonly RecordedFailure[];
}

/** What became of the latest tries, until a checkpoint has recorded it. */
export class Outbox {
  private delivered: RecordedDelivery[] = [];
  private failed: RecordedFailure[] = [];
  private kept: ReceivedAnswer[] = [];
  private urgent = false;
  /** By a clock that is never set: since when something waits. */
  private since = 0;

  get isEmpty(): boolean {
    return this.delivered.length + this.failed.length === 0;
  }

  get isFull(): boolean {
    return this.delivered.length + this.failed.length >= MOST_IN_ALL;
  }

  /** One checkpoint is not enough for all of it. */
  get hasMore(): boolean {
    return this.delivered.length > MOST_IN_ONE || this.failed.length > MOST_IN_ONE;
  }

  /** A checkpoint is due when one is filled, when something urgent waits, or something for so long. */
  isDue(afterMs: number): boolean {
    if (this.isEmpty) return false;
    const fills = this.delivered.length >= MOST_IN_ONE || this.failed.length >= MOST_IN_ONE;
    return fills || this.urgent || performance.now() - this.since >= afterMs;
  }

  /** Milliseconds until {@link isDue}. */
  dueIn(afterMs: number): number {
    return this.isEmpty ? Infinity : Math.max(0, this.since + afterMs - performance.now());
  }

  /** Somebody waits for the next checkpoint. */
  hurry(): void {
    this.urgent = true;
  }

  addDelivered(delivery: RecordedDelivery): void {
    this.note();
    this.delivered.push(delivery);
  }

  addFailed(failure: RecordedFailure): void {
    this.note();
    this.failed.push(failure);
    // A dead letter is what somebody is waiting to hear of.
    if (failure.nextAttemptAt === null) this.urgent = true;
  }

  addAnswer(answer: ReceivedAnswer): void {
    this.kept.push(answer);
  }

  get outcomes(): Outcomes {
    return { delivered: this.delivered, failed: this.failed };
  }

  get answers(): readonly ReceivedAnswer[] {
    return this.kept;
  }

  /** Whether it has something of this event. */
  holds(eventId: string): boolean {
    return (
      this.delivered.some(([, delivered]) => delivered === eventId) ||
      this.failed.some((failure) => failure.eventId === eventId)
    );
  }

  takeAnswers(): readonly ReceivedAnswer[] {
    const taken = this.kept;
    this.kept = [];
    return taken;
  }

  /** For one checkpoint; they stay here until {@link recorded} says that they are in the log. */
  next(): Outcomes {
    return { delivered: this.delivered.slice(0, MOST_IN_ONE), failed: this.failed.slice(0, MOST_IN_ONE) };
  }

  recorded({ delivered, failed }: Outcomes): void {
    this.delivered = this.delivered.slice(delivered.length);
    this.failed = this.failed.slice(failed.length);
    this.urgent = this.failed.some(({ nextAttemptAt }) => nextAttemptAt === null);
    this.since = performance.now();
  }

  private note(): void {
    if (this.isEmpty) this.since = performance.now();
  }
}
