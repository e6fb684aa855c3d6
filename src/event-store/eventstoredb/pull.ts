import { convertToCommandError } from '@eventstore/db-client';
import type { ClientReadableStream } from '@grpc/grpc-js';

/** Items of an answer that comes in a stream, taken by hand: nothing more is read while nobody takes any. */
export class Pull<Item> {
  private source: ClientReadableStream<Item> | undefined;
  private failed: Error | undefined;
  private ended = false;
  private closed = false;
  private wake: () => void = () => undefined;
  private readonly onAbort = (): void => this.wake();

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
    return (this.source?.read() as Item | null | undefined) ?? undefined;
  }

  get isEmpty(): boolean {
    return this.source === undefined || this.source.readableLength === 0;
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
    source.on('readable', () => {
      // At the end, only asking for one more item makes the stream say so.
      if (this.isEmpty) source.read();
      else this.wake();
    });
    source.on('end', () => {
      this.ended = true;
      this.wake();
    });
    // Stays for good: an error that comes after the end has nobody else to go to.
    source.on('error', (error: Error) => this.fail(convertToCommandError(error)));
    if (this.closed) this.close();
  }

  private fail(error: Error): void {
    this.failed ??= error;
    this.wake();
  }

  private change(ms: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.wake = () => undefined;
        resolve();
      };
      const timer = ms === undefined ? undefined : setTimeout(wake, ms);
      this.wake = wake;
    });
  }
}
