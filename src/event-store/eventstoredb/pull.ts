import { convertToCommandError } from '@eventstore/db-client';
import type { ClientReadableStream } from '@grpc/grpc-js';

/** Items that wait in memory to be taken, about: beyond that the server waits. */
const MOST_WAITING = 256;

/** Items of an answer that comes in a stream, taken by hand: no more of them are read while nobody takes any. */
export class Pull<Item> {
  private source: ClientReadableStream<Item> | undefined;
  private items: Item[] = [];
  /** Of `items`, the first that was not taken. */
  private next = 0;
  private failed: Error | undefined;
  private ended = false;
  private closed = false;
  private wake: (() => void) | undefined;
  private waking = false;
  private readonly onAbort = (): void => this.wake?.();

  /** Nobody waits any longer when `signal` aborts. */
  constructor(
    opening: Promise<ClientReadableStream<Item>>,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', this.onAbort);
    opening.then(
      (source) => this.begin(source),
      (error: Error) => this.fail(error),
    );
  }

  /** The next item, if it is here. */
  take(): Item | undefined {
    if (this.isEmpty) return undefined;
    const item = this.items[this.next++];
    if (this.isEmpty) {
      this.items = [];
      this.next = 0;
      this.source?.resume();
    }
    return item;
  }

  get isEmpty(): boolean {
    return this.next === this.items.length;
  }

  /** Waits until there is something to take; `false` when nothing will come, the signal aborts, or `ms` are over. */
  async wait(ms?: number): Promise<boolean> {
    if (this.isEmpty && !this.isOver && !this.signal.aborted) await this.change(ms);
    return !this.isEmpty;
  }

  /** What made the stream fail: look at it once everything before is taken. */
  get failure(): Error | undefined {
    return this.failed;
  }

  /** Nothing will come any more. */
  get isOver(): boolean {
    return this.ended || this.failed !== undefined;
  }

  /** To be called in any case, whether everything was taken or not. */
  close(): void {
    this.closed = true;
    this.signal.removeEventListener('abort', this.onAbort);
    const { source } = this;
    // Not at once: a call that is called off while it hands over a message fails where nobody can catch it (grpc-node 1652).
    if (source !== undefined && !this.isOver) setImmediate(() => source.cancel());
  }

  private begin(source: ClientReadableStream<Item>): void {
    this.source = source;
    source.on('data', (item: Item) => {
      this.items.push(item);
      if (this.items.length >= MOST_WAITING) source.pause();
      this.wakeSoon();
    });
    source.on('end', () => {
      this.ended = true;
      this.wake?.();
    });
    // Stays for good: an error that comes after the end has nobody else to go to.
    source.on('error', (error: Error) => this.fail(convertToCommandError(error)));
    if (this.closed) this.close();
  }

  /** With what comes along with it, which is as much as the connection had at hand. */
  private wakeSoon(): void {
    if (this.waking || this.wake === undefined) return;
    this.waking = true;
    setImmediate(() => {
      this.waking = false;
      // Whoever waited may have been woken otherwise, have taken everything, and wait for something new.
      if (!this.isEmpty) this.wake?.();
    });
  }

  private fail(error: Error): void {
    this.failed ??= error;
    this.wake?.();
  }

  private change(ms: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve();
      };
      const timer = ms === undefined ? undefined : setTimeout(wake, ms);
      this.wake = wake;
    });
  }
}
