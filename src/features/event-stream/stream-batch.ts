import type { Caller } from '../../domain/shared/caller.js';
import type { RecordedEvent } from '../../event-store/event-store.js';
import { cloudEventJson, followsAll, isHandedOut, type EventAccess, type Filtered } from '../feed/index.js';
import type { Selection } from './selection.js';
import { eventFrame } from './server-sent-events.js';

/** Of one batch, give or take an event: no more than this waits for a client that does not take it. */
const FULL_CHARACTERS = 64 * 1024;
/** Of one batch. Clients are many, but what they may have of a few events differs little. */
const MAX_SHARED_TEXTS = 8;

/** An event as it goes out; without its data, of which the frame is made. */
interface OutgoingEvent extends Filtered {
  readonly position: bigint;
  /** An error when this build can't read the event: it is not ours to pass over. */
  readonly frame: string | Error;
}

const frameOf = (event: RecordedEvent, source: string): string | Error => {
  try {
    return eventFrame(event.position, event.type, cloudEventJson(event, source));
  } catch (error) {
    return error as Error;
  }
};

const join = (events: readonly OutgoingEvent[]): Buffer => {
  const frames = events.map(({ frame }) => {
    if (frame instanceof Error) throw frame;
    return frame;
  });
  return Buffer.from(frames.join(''));
};

/** Some events in log order, made into text once, however many clients get them. */
export class StreamBatch {
  private whole: Buffer | undefined;
  /** By the positions of the events in it. */
  private readonly parts = new Map<string, Buffer>();
  private judged: Promise<void> | undefined;

  constructor(
    private readonly events: readonly OutgoingEvent[],
    /** Everything up to here has been looked at with it. */
    readonly position: bigint,
  ) {}

  get isEmpty(): boolean {
    return this.events.length === 0;
  }

  /** What of it comes after a position. */
  after(position: bigint): StreamBatch {
    const [first] = this.events;
    if (first === undefined || first.position > position) return this;
    const later = this.events.filter((event) => event.position > position);
    return new StreamBatch(later, this.position);
  }

  /** Resolves when it can be said who may have these events; see `EventAccess`. */
  judgedBy(access: EventAccess): Promise<void> {
    const last = this.events.at(-1);
    if (last === undefined) return Promise.resolve();
    return (this.judged ??= access.judges(last.position).catch((error: unknown) => {
      this.judged = undefined;
      throw error;
    }));
  }

  /**
   * The frames of those events that fit and that the caller may have; empty when there are none.
   * @throws UnreadableEvent when one of them was written by a newer build
   */
  text({ fits }: Selection, caller: Caller, access: EventAccess): Buffer {
    const all = followsAll(caller);
    const chosen = this.events.filter(
      (event) => fits(event) && (all || access.mayFollow(caller, event.stream)),
    );
    if (chosen.length === this.events.length) return (this.whole ??= join(chosen));
    const key = chosen.map(({ position }) => position).join();
    const known = this.parts.get(key);
    if (known !== undefined) return known;
    const text = join(chosen);
    if (this.parts.size < MAX_SHARED_TEXTS) this.parts.set(key, text);
    return text;
  }
}

/** Collects events until there are enough for a batch. */
export class BatchMaker {
  private events: OutgoingEvent[] = [];
  private size = 0;

  constructor(private readonly source: string) {}

  /** Characters collected. */
  get characters(): number {
    return this.size;
  }

  /** True: that is enough. */
  add(event: RecordedEvent): boolean {
    if (!isHandedOut(event.stream)) return false;
    const { type, stream, position, metadata } = event;
    const frame = frameOf(event, this.source);
    this.events.push({ type, stream, position, metadata: { actor: metadata.actor }, frame });
    this.size += frame instanceof Error ? 0 : frame.length;
    return this.size >= FULL_CHARACTERS;
  }

  /** What was collected, and nothing is left. */
  make(position: bigint): StreamBatch {
    const batch = new StreamBatch(this.events, position);
    this.events = [];
    this.size = 0;
    return batch;
  }
}
