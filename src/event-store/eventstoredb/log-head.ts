import { BEFORE_ALL } from '../event-store.js';
import type { RawReader } from './raw-reader.js';
import { positionOf, toRecorded } from './recorded-event.js';

const FIRST_LOOK = 16;

/** Where the last event of ours stands, as far as this process knows and as the store says. */
export class LogHead {
  /** Never more than what the store has confirmed. */
  private last = BEFORE_ALL;
  /** Everything up to here was looked at. */
  private looked = BEFORE_ALL;
  private asking: Promise<bigint> | undefined;

  constructor(private readonly reader: RawReader) {}

  get known(): bigint {
    return this.last;
  }

  saw(position: bigint): void {
    if (position > this.last) this.last = position;
  }

  /** Asks the store; those who ask at the same time get the same answer. */
  read(): Promise<bigint> {
    return (this.asking ??= this.look().finally(() => (this.asking = undefined)));
  }

  /** From the end back to what was looked at before: at the end may stand many events that are not ours. */
  private async look(): Promise<bigint> {
    const before = this.looked > this.last ? this.looked : this.last;
    let end: bigint | undefined;
    for (const count of [FIRST_LOOK, undefined]) {
      for await (const event of this.reader.all('end', 'backwards', count)) {
        const position = positionOf(event);
        if (end === undefined) {
          end = position;
          if (end < before) this.forget();
        }
        if (position <= this.looked) return this.finish(end);
        if (toRecorded(event) === undefined) continue;
        this.saw(position);
        return this.finish(end);
      }
    }
    if (end === undefined) this.forget();
    return this.finish(end ?? BEFORE_ALL);
  }

  /** A log that ends before what was seen of it is another one: an older copy was put back. */
  private forget(): void {
    this.last = BEFORE_ALL;
    this.looked = BEFORE_ALL;
  }

  private finish(end: bigint): bigint {
    this.looked = end;
    return this.last;
  }
}
