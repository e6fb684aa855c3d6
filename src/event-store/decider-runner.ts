import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Decider, DomainEvent, Recorded } from '../domain/shared/decider.js';
import { currentSchemaVersions, isEventType } from '../domain/events.js';
import { upcast } from './codec/upcast.js';
import { derivedUuid, type CommandContext } from './command-context.js';
import type { EventMetadata } from './event-metadata.js';
import {
  EventStore,
  RevisionConflict,
  type EventData,
  type NewEvent,
  type RecordedEvent,
} from './event-store.js';
import { FoldCache } from './fold-cache.js';
import { KeyedQueue } from './keyed-queue.js';

/** How often a command is decided again after another writer was faster. */
export const MAX_ATTEMPTS = 10;

/** After a lost race, at most this long times the number of races lost: two replicas in step would lose for ever. */
const PAUSE_MS = 5;

/** What a command led to, or found: the state after it, and where the entity's last event stands. */
export interface Decided<State> {
  readonly state: State;
  /** -1 when the stream is empty. */
  readonly revision: bigint;
  readonly position: bigint;
  /** Nothing was appended, because nothing changed or because this request was carried out before. */
  readonly unchanged: boolean;
}

export interface RunOptions<State> {
  /**
   * Looks at the present state before `If-Match` and before deciding: the place of "not found" and "forbidden".
   * Throws `DomainError` to refuse. Asked anew whenever the command is decided anew: the last time is the one that counts.
   */
  readonly authorize?: (state: State) => void;
}

/** `If-Match` names another revision than the entity has (412). */
export class PreconditionFailed extends Error {
  override readonly name = 'PreconditionFailed';

  constructor(readonly revision: bigint) {
    super(revision < 0n ? 'the entity does not exist' : `the entity is at revision ${revision}`);
  }
}

/** Other writers were faster {@link MAX_ATTEMPTS} times in a row (409, may be repeated). */
export class RaceLost extends Error {
  override readonly name = 'RaceLost';
}

/** The idempotency key was used before for another request (422). */
export class IdempotencyKeyReused extends Error {
  override readonly name = 'IdempotencyKeyReused';

  constructor() {
    super('this idempotency key was used before with another request');
  }
}

interface Loaded<State> {
  readonly state: State;
  readonly revision: bigint;
  readonly position: bigint;
}

const NOTHING = -1n;

/** Streams whose folded state is kept in memory. */
const CACHED_STREAMS = 5_000;

/**
 * The one way to write: load and fold the stream, decide, append at the revision that was read; after a lost race load
 * and decide again. Commands of one stream queue up inside this process, so that only other replicas can race them, and what
 * is remembered of a stream is mostly all there is of it: a command is first decided on that, unread, and the append at that
 * very revision tells whether it was.
 *
 * A request with an idempotency key runs at most one command per stream: a second one would be taken for its repeat.
 */
export class DeciderRunner {
  private readonly folds = new FoldCache(CACHED_STREAMS);
  private readonly queue = new KeyedQueue();

  constructor(private readonly store: EventStore) {}

  /**
   * When it fails with `AppendOutcomeUnknown` the events may be in the log, or get there in a moment. Nothing is decided
   * again then: the request may be repeated. With an idempotency key its repeat finds those events, or appends the same ids
   * again, so that they are there once; one without a key is a new command, decided on what it finds.
   *
   * @throws DomainError by the rules, {@link PreconditionFailed}, {@link RaceLost}, {@link IdempotencyKeyReused}, and
   *   what {@link EventStore.append} throws
   */
  run<State, Command, Event extends DomainEvent>(
    decider: Decider<State, Command, Event>,
    stream: string,
    command: Command,
    context: CommandContext,
    options: RunOptions<State> = {},
  ): Promise<Decided<State>> {
    return this.queue.run(stream, async () => {
      const remembered = this.folds.get<Loaded<State>>(stream, decider.name);
      const appended =
        remembered && (await this.guess(decider, stream, remembered, command, context, options));
      if (appended !== undefined) return appended;
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        if (attempt > 1) await pause(Math.random() * (attempt - 1) * PAUSE_MS);
        const { before, earlier } = await this.look(decider, stream, context);
        if (earlier !== undefined) return { ...earlier, unchanged: true };
        try {
          const decided = decide(decider, before, command, context, options);
          if (decided.length === 0) return { ...before, unchanged: true };
          return await this.append(decider, stream, before, decided, context);
        } catch (error) {
          if (!(error instanceof RevisionConflict)) throw error;
        }
      }
      // The next command starts from the log alone: should what is remembered be wrong, it must not lose for ever.
      this.folds.delete(stream);
      throw new RaceLost(`other writers to ${stream} were faster ${MAX_ATTEMPTS} times`);
    });
  }

  /**
   * For a stream that is most likely new: decides on the initial state and appends without having read anything.
   *
   * @returns `undefined` when the stream is there already, or may be, or when the command is refused: use {@link run}
   * @throws what {@link EventStore.append} throws
   */
  create<State, Command, Event extends DomainEvent>(
    decider: Decider<State, Command, Event>,
    stream: string,
    command: Command,
    context: CommandContext,
  ): Promise<Decided<State> | undefined> {
    return this.queue.run(stream, async () =>
      this.folds.get(stream, decider.name) === undefined
        ? this.guess(decider, stream, unread(decider), command, context, {})
        : undefined,
    );
  }

  /** The state as far as it is remembered; others may have written since. */
  remembered<State, Event extends DomainEvent>(
    decider: Decider<State, never, Event>,
    stream: string,
  ): State | undefined {
    return this.folds.get<Loaded<State>>(stream, decider.name)?.state;
  }

  /** The present state: what is remembered of the stream and every event since, read from the log now. */
  async load<State, Event extends DomainEvent>(
    decider: Decider<State, never, Event>,
    stream: string,
  ): Promise<Loaded<State>> {
    const cached = this.folds.get<Loaded<State>>(stream, decider.name);
    let folded = cached ?? unread(decider);
    const from =
      cached === undefined && decider.lastEventTellsAll === true
        ? await this.lastRevision(stream)
        : folded.revision + 1n;
    for await (const event of this.store.readStream(stream, { from })) {
      folded = fold(decider, folded, event);
    }
    if (folded !== cached && folded.revision !== NOTHING) this.folds.set(stream, decider.name, folded);
    return folded;
  }

  private async lastRevision(stream: string): Promise<bigint> {
    for await (const { revision } of this.store.readStream(stream, { direction: 'backwards', limit: 1 }))
      return revision;
    return 0n;
  }

  /**
   * Decides on a state that may be an old one. Only an append at its revision proves that it was not: a refusal, or nothing to
   * do, counts for nothing. Nor may a keyed request be decided on it, which may have been carried out before.
   */
  private async guess<State, Command, Event extends DomainEvent>(
    decider: Decider<State, Command, Event>,
    stream: string,
    before: Loaded<State>,
    command: Command,
    context: CommandContext,
    options: RunOptions<State>,
  ): Promise<Decided<State> | undefined> {
    if (context.idempotency !== undefined) return undefined;
    let decided: readonly Event[];
    try {
      decided = decide(decider, before, command, context, options);
    } catch {
      return undefined;
    }
    if (decided.length === 0) return undefined;
    try {
      return await this.append(decider, stream, before, decided, context);
    } catch (error) {
      if (error instanceof RevisionConflict) return undefined;
      throw error;
    }
  }

  private async append<State, Event extends DomainEvent>(
    decider: Decider<State, never, Event>,
    stream: string,
    before: Loaded<State>,
    decided: readonly Event[],
    context: CommandContext,
  ): Promise<Decided<State>> {
    const events = decided.map((event, index) => toNewEvent(event, index, stream, context));
    const expected = before.revision === NOTHING ? 'no-stream' : before.revision;
    const { revision, position } = await this.store.append(stream, events, expected);
    const state = events.reduce(
      (folded: State, { type, data }) => decider.evolve(folded, recorded<Event>(type, data, context.now)),
      before.state,
    );
    this.folds.set(stream, decider.name, { state, revision, position });
    return { state, revision, position, unchanged: false };
  }

  /**
   * The present state, and what this request, known by its idempotency key, did to the stream before, if it did: its answer
   * may have been lost in a crash between append and reply, or another replica may be working on it right now. Both come out
   * of one reading. With two, the other's events could fall between them: not yet seen as its own, but decided on. Reads the
   * whole stream, on keyed requests only.
   */
  private async look<State, Event extends DomainEvent>(
    decider: Decider<State, never, Event>,
    stream: string,
    { idempotency }: CommandContext,
  ): Promise<{ before: Loaded<State>; earlier?: Loaded<State> }> {
    if (idempotency === undefined) return { before: await this.load<State, Event>(decider, stream) };
    let before = unread(decider);
    let earlier: Loaded<State> | undefined;
    for await (const event of this.store.readStream(stream)) {
      const mine = event.metadata.idempotency?.key === idempotency.key;
      if (!mine && earlier !== undefined) break;
      if (mine && event.metadata.idempotency?.fingerprint !== idempotency.fingerprint)
        throw new IdempotencyKeyReused();
      before = fold(decider, before, event);
      if (mine) earlier = before;
    }
    return { before, ...(earlier && { earlier }) };
  }
}

const decide = <State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  { state, revision }: Loaded<State>,
  command: Command,
  context: CommandContext,
  { authorize }: RunOptions<State>,
): readonly Event[] => {
  authorize?.(state);
  requireMatch(context, revision);
  return decider.decide(command, state);
};

const unread = <State>({
  initialState,
}: Pick<Decider<State, never, never>, 'initialState'>): Loaded<State> => ({
  state: initialState,
  revision: NOTHING,
  position: NOTHING,
});

const fold = <State, Event extends DomainEvent>(
  decider: Decider<State, never, Event>,
  { state }: Loaded<State>,
  stored: RecordedEvent,
): Loaded<State> => {
  const { type, data, metadata, revision, position } = upcast(stored);
  return {
    state: decider.evolve(state, recorded<Event>(type, data, metadata.occurredAt)),
    revision,
    position,
  };
};

/** The log holds what deciders returned, so what comes out of it has their types. */
const recorded = <Event extends DomainEvent>(
  type: string,
  data: EventData,
  occurredAt: string,
): Recorded<Event> => ({ type, data, occurredAt }) as unknown as Recorded<Event>;

const requireMatch = ({ ifMatch }: CommandContext, revision: bigint): void => {
  if (ifMatch === undefined) return;
  if (ifMatch === 'exists' ? revision < 0n : ifMatch !== revision) throw new PreconditionFailed(revision);
};

const toNewEvent = (event: DomainEvent, index: number, stream: string, context: CommandContext): NewEvent => {
  if (!isEventType(event.type)) throw new Error(`${event.type} is not in the event catalogue`);
  const { now, actor, credential, correlationId, causationId, traceparent, reason, idempotency } = context;
  const metadata: EventMetadata = {
    occurredAt: now,
    schemaVersion: currentSchemaVersions[event.type],
    actor,
    credential,
    correlationId,
    causationId,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(reason === undefined ? {} : { reason }),
    ...(idempotency === undefined ? {} : { idempotency }),
  };
  const id =
    idempotency === undefined ? randomUUID() : derivedUuid('event', idempotency.key, stream, String(index));
  // As it will be read back: the state kept in memory is folded from it too, and must not hang on the caller's objects.
  const data = JSON.parse(JSON.stringify(event.data)) as EventData;
  return { id, type: event.type, data, metadata };
};
