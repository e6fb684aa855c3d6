/** What the client hands out: a stream of objects, with a way to call it off. */
export interface Source {
  readonly readableLength: number;
  read(): unknown;
  on(event: 'readable' | 'end', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  cancel?(): Promise<void>;
  unsubscribe?(): Promise<void>;
}

/** Items of one of the client's streams, taken by hand: nothing more is read while nobody takes any. */
export class Pull<Item> {
  private failed: Error | undefined;
  private ended = false;
  private wake: () => void = () => undefined;

  constructor(private readonly source: Source) {
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
    source.on('error', (error: Error) => {
      this.failed ??= error;
      this.wake();
    });
  }

  /** The next item, if it is here. */
  take(): Item | undefined {
    return (this.source.read() as Item | null) ?? undefined;
  }

  get isEmpty(): boolean {
    return this.source.readableLength === 0;
  }

  /** Waits until there is something to take; `false` when nothing will come, `signal` aborts, or `ms` are over. */
  async wait({ ms, signal }: { ms?: number; signal?: AbortSignal } = {}): Promise<boolean> {
    if (this.isEmpty && !this.isOver && signal?.aborted !== true) await this.change(ms, signal);
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

  cancel(): void {
    const done = this.source.cancel?.() ?? this.source.unsubscribe?.();
    done?.catch(() => undefined);
  }

  private change(ms: number | undefined, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        this.wake = () => undefined;
        resolve();
      };
      const timer = ms === undefined ? undefined : setTimeout(wake, ms);
      this.wake = wake;
      signal?.addEventListener('abort', wake);
    });
  }
}
