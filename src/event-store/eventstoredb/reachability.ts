import type { RawReader } from './raw-reader.js';

/** An answer is good for so long: health checks come often, from several places. */
const GOOD_FOR_MS = 1_000;

/** Whether the store answers now. */
export class Reachability {
  private asking: Promise<boolean> | undefined;
  private answeredAt = -Infinity;
  private answer = false;

  constructor(
    private readonly reader: RawReader,
    private readonly now: () => number = () => performance.now(),
  ) {}

  async check(): Promise<boolean> {
    if (this.now() - this.answeredAt < GOOD_FOR_MS) return this.answer;
    return (this.asking ??= this.ask());
  }

  private async ask(): Promise<boolean> {
    this.answer = await this.lookAtTheEnd();
    this.answeredAt = this.now();
    this.asking = undefined;
    return this.answer;
  }

  private async lookAtTheEnd(): Promise<boolean> {
    try {
      await this.reader.all('end', 'backwards', 1).next();
      return true;
    } catch {
      return false;
    }
  }
}
