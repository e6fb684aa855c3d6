import { LogDigest } from './log-digest.js';
import { contentOf, eventLine, HEADER_LINE, summaryLine, type LogSummary } from './log-lines.js';
import { Patience, type LogSource } from './patience.js';

/** Characters that are handed out at a time, give or take one line. */
const CHUNK = 256 * 1024;

/** The log as lines of JSON, oldest event first, in bounded memory. */
export class LogExport {
  private readonly digest = new LogDigest();
  private reached = 0;

  constructor(
    private readonly source: LogSource,
    private readonly patience = new Patience(),
  ) {}

  get events(): number {
    return this.digest.events;
  }

  /** From 0 to 1. */
  get done(): number {
    return this.reached;
  }

  get summary(): LogSummary {
    return this.digest.summary();
  }

  /**
   * The log as it stood when the first chunk was asked for: what is appended meanwhile is left out, so that the export of a
   * log in use ends. Positions rise in commit order, so up to any position it is whole.
   * @throws EventStoreUnavailable when the store stays away
   */
  async *chunks(): AsyncGenerator<string, void> {
    const head = await this.patience.retry(() => this.source.head());
    let chunk = `${HEADER_LINE}\n`;
    for await (const event of this.patience.readAll(this.source)) {
      if (event.position > head) break;
      const content = contentOf(event);
      this.digest.add(content);
      chunk += `${eventLine(event.position, content)}\n`;
      if (chunk.length >= CHUNK) {
        this.reached = Number(event.position) / Number(head);
        yield chunk;
        chunk = '';
      }
    }
    this.reached = 1;
    yield `${chunk}${summaryLine(this.summary)}\n`;
  }
}
