import { linesOf } from './lines.js';
import { LogDigest } from './log-digest.js';
import {
  parseLine,
  requireHeader,
  UnusableExport,
  type ExportedEvent,
  type LogLine,
  type LogSummary,
} from './log-lines.js';

/** Reads what `LogExport` wrote, in bounded memory, and vouches for it. */
export class ExportReader {
  private readonly digest = new LogDigest();
  private last = -1n;
  private line = 0;

  constructor(private readonly chunks: AsyncIterable<string>) {}

  get events(): number {
    return this.digest.events;
  }

  /** Of what was read so far; of the whole export once {@link read} has ended. */
  get summary(): LogSummary {
    return this.digest.summary();
  }

  /**
   * The events in order. That it ends without an error means that the export is whole: that the last line is there and its
   * count and digest are those of the events before it.
   * @throws {@link UnusableExport}
   */
  async *read(): AsyncGenerator<ExportedEvent, void> {
    let end: LogSummary | undefined;
    for await (const line of linesOf(this.chunks)) {
      this.line++;
      if (end !== undefined) throw new UnusableExport(`line ${this.line}: there is more after the last line`);
      const parsed = this.parse(line);
      if (parsed === undefined) continue;
      if (parsed.kind === 'summary') end = this.requireSummary(parsed.summary);
      else yield parsed.exported;
    }
    if (this.line === 0) throw new UnusableExport('there is nothing in it');
    if (end === undefined) {
      throw new UnusableExport(`it was cut off after ${this.events} events: its last line is missing`);
    }
  }

  /** @returns `undefined` for the first line */
  private parse(line: string): LogLine | undefined {
    try {
      if (this.line === 1) {
        requireHeader(line);
        return undefined;
      }
      const parsed = parseLine(line);
      if (parsed.kind === 'event') this.take(parsed.exported);
      return parsed;
    } catch (error) {
      if (!(error instanceof UnusableExport)) throw error;
      throw new UnusableExport(`line ${this.line}: ${error.message}`);
    }
  }

  private take({ event: { position }, content }: ExportedEvent): void {
    if (position <= this.last) throw new UnusableExport(`position ${position} comes after ${this.last}`);
    this.last = position;
    this.digest.add(content);
  }

  private requireSummary(stated: LogSummary): LogSummary {
    const found = this.summary;
    if (stated.events === found.events && stated.sha256 === found.sha256) return stated;
    throw new UnusableExport(
      `it was changed or damaged: it should hold ${stated.events} events with digest ${stated.sha256}, ` +
        `and holds ${found.events} with ${found.sha256}`,
    );
  }
}
