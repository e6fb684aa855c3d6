import { setTimeout as pause } from 'node:timers/promises';
import { BEFORE_ALL, EventStoreUnavailable, type EventStore, type RecordedEvent } from '../event-store.js';

/** A transfer reads one store or the other from its beginning; nothing else of a store matters to it. */
export type LogSource = Pick<EventStore, 'head' | 'readAll'>;

/** A store that restarts or changes its leader is back within seconds. */
const LIMIT_MS = 60_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export interface PatienceOptions {
  /** How long a store may be away at a time. */
  readonly limitMs?: number;
  /** Called before each pause, with the reason. */
  readonly onWait?: (reason: string) => void;
}

/** A long transfer outlives a store that is away for a moment; what it asks of the store may all be repeated. */
export class Patience {
  private readonly limitMs: number;
  private readonly onWait: (reason: string) => void;

  constructor({ limitMs = LIMIT_MS, onWait = () => undefined }: PatienceOptions = {}) {
    this.limitMs = limitMs;
    this.onWait = onWait;
  }

  /** @throws what `task` throws: at once, or when the store has been away for too long */
  async retry<Result>(task: () => Promise<Result>): Promise<Result> {
    const wait = this.begin();
    for (;;) {
      try {
        return await task();
      } catch (error) {
        await wait(error);
      }
    }
  }

  /** The whole log, in order, going on after the last event that was handed out. */
  async *readAll(source: Pick<LogSource, 'readAll'>): AsyncGenerator<RecordedEvent, void> {
    let wait = this.begin();
    for (let after = BEFORE_ALL; ;) {
      const from = after;
      try {
        for await (const event of source.readAll({ after })) {
          yield event;
          after = event.position;
        }
        return;
      } catch (error) {
        if (after > from) wait = this.begin();
        await wait(error);
      }
    }
  }

  /** Pauses after an error, for longer each time, or throws it. */
  private begin(): (error: unknown) => Promise<void> {
    let since: number | undefined;
    let next = FIRST_PAUSE_MS;
    return async (error) => {
      const now = performance.now();
      since ??= now;
      if (!(error instanceof EventStoreUnavailable) || now - since >= this.limitMs) throw error;
      this.onWait(error.message);
      await pause(Math.min(next, this.limitMs));
      next = Math.min(next * 2, LONGEST_PAUSE_MS);
    };
  }
}
