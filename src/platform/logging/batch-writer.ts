import type { DestinationStream } from 'pino';

/** How long a line may wait for others to go with it. */
const DELAY_MS = 20;

/**
 * Hands lines over in batches. Under load a system call per line, and waking whoever reads it, would cost more than the
 * rest of a small request. What waits is written when the process exits, whatever the reason; a SIGKILL loses it.
 */
export class BatchWriter implements DestinationStream {
  private pending = '';

  constructor(private readonly output: { write(text: string): unknown }) {
    process.on('exit', () => this.flush());
  }

  write(line: string): void {
    if (this.pending === '') setTimeout(() => this.flush(), DELAY_MS).unref();
    this.pending += line;
  }

  private flush(): void {
    const text = this.pending;
    this.pending = '';
    if (text !== '') this.output.write(text);
  }
}
