import { createHash } from 'node:crypto';
import type { LogSummary } from './log-lines.js';

/** Counts events and digests their contents, as they come by. */
export class LogDigest {
  private readonly hash = createHash('sha256');
  private counted = 0;

  get events(): number {
    return this.counted;
  }

  add(content: string): void {
    this.hash.update(content).update('\n');
    this.counted++;
  }

  /** So far; more may be added afterwards. */
  summary(): LogSummary {
    return { events: this.counted, sha256: this.hash.copy().digest('hex') };
  }
}
