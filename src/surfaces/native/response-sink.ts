import type { ServerResponse } from 'node:http';
import type { StreamSink } from '../../features/event-stream/index.js';

/** How long what was written last may take to go out. */
const FAREWELL_MS = 5_000;

/** A stream that goes out as the body of an answer. */
export class ResponseSink implements StreamSink {
  constructor(private readonly response: ServerResponse) {}

  write(data: Buffer | string): boolean {
    return this.response.write(data);
  }

  drained(signal: AbortSignal): Promise<void> {
    const { response } = this;
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        response.off('drain', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      response.on('drain', done);
      signal.addEventListener('abort', done);
    });
  }

  end(data: string): void {
    const { response } = this;
    response.end(data);
    const farewell = setTimeout(() => response.destroy(), FAREWELL_MS).unref();
    response.once('close', () => clearTimeout(farewell));
  }
}
