import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { EventStore } from '../../event-store/event-store.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { HttpProblem } from '../../platform/http/problem.js';
import { ServiceState } from '../../platform/lifecycle/service-state.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { EventAccess, eventSource, requireWithinLog, type FeedFilter } from '../feed/index.js';
import { LogFollower } from '../log-follower/index.js';
import { LogTail } from './log-tail.js';
import { selectionOf } from './selection.js';
import { StreamClient, type StreamParts, type StreamRequest } from './stream-client.js';
import type { StreamSink } from './stream-sink.js';
import { Turns } from './turns.js';

/** Clients of one process. */
export const MAX_STREAMS = 5_000;
const BEAT_MS = 15_000;
/** A token expires without an event; everything else that ends a credential is one, and is noticed at once. */
const CHECK_MS = 1_000;
const PATIENCE_MS = 10_000;
/** Clients that read the log at the same time. */
const CATCHING_UP = 4;

/** A stream that was asked for. */
export interface StreamOrder extends Pick<StreamRequest, 'identify'> {
  readonly filter: FeedFilter;
  /** Exclusive; `null`: from now. */
  readonly after: bigint | null;
  /** What stands in the log of the process when it ends. */
  readonly about: Readonly<Record<string, unknown>>;
}

/** A stream that may begin. One of the two has to be called. */
export interface ReadyStream {
  begin(sink: StreamSink): RunningStream;
  giveUp(): void;
}

export interface RunningStream {
  /** The connection is gone. */
  leave(): void;
}

/** All clients that follow the log by this process. */
@Injectable()
export class EventStreams implements OnModuleDestroy {
  private readonly parts: StreamParts;
  private readonly clients = new Set<StreamClient>();
  private readonly beats: NodeJS.Timeout;
  private readonly checks: NodeJS.Timeout;
  private ordered = 0;

  constructor(
    private readonly store: EventStore,
    access: EventAccess,
    follower: LogFollower,
    private readonly state: ServiceState,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CONFIG) config: Config,
  ) {
    const source = eventSource(config);
    const tail = new LogTail(follower, source);
    this.parts = { store, source, access, tail, turns: new Turns(CATCHING_UP), patienceMs: PATIENCE_MS };
    this.beats = setInterval(() => this.each((client) => client.beat()), BEAT_MS).unref();
    this.checks = setInterval(() => this.each((client) => void client.check()), CHECK_MS).unref();
    state.onStop(() => this.each((client) => client.end('stopping')));
  }

  onModuleDestroy(): void {
    clearInterval(this.beats);
    clearInterval(this.checks);
  }

  /**
   * @throws HttpProblem 503 when there are too many; DomainError `position-beyond-end`; EventStoreUnavailable
   */
  async order({ filter, after, identify, about }: StreamOrder): Promise<ReadyStream> {
    if (this.ordered >= MAX_STREAMS)
      throw new HttpProblem(503, 'too-many-streams', `There are ${MAX_STREAMS} streams already`, {
        headers: { 'retry-after': '5' },
      });
    this.ordered++;
    try {
      await this.parts.tail.join();
    } catch (error) {
      this.ordered--;
      throw error;
    }
    try {
      if (after !== null) await requireWithinLog(this.store, after);
      const request = { selection: selectionOf(filter), after: after ?? (await this.store.head()), identify };
      return {
        begin: (sink) => this.run(new StreamClient(this.parts, request, sink), about),
        giveUp: () => this.forget(),
      };
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  private run(client: StreamClient, about: StreamOrder['about']): RunningStream {
    this.clients.add(client);
    const start = performance.now();
    void client.run().then(({ reason, cause }) => {
      this.clients.delete(client);
      this.forget();
      const seconds = Math.round((performance.now() - start) / 1_000);
      const position = String(client.position);
      const level = reason === 'failed' ? 'warn' : 'info';
      const why = cause === undefined ? {} : { err: cause };
      this.logger[level]({ ...about, reason, position, seconds, ...why }, 'event stream ended');
    });
    // Told to stop while it was being ordered.
    if (this.state.stopping) client.end('stopping');
    return { leave: () => client.end('gone') };
  }

  private forget(): void {
    this.ordered--;
    this.parts.tail.leave();
  }

  private each(act: (client: StreamClient) => void): void {
    for (const client of this.clients) act(client);
  }
}
