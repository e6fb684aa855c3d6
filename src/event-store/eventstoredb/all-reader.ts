import { BEFORE_ALL, type ReadAllOptions, type RecordedEvent } from '../event-store.js';
import type { PlaceFinder } from './place-finder.js';
import { NoEventThere, type RawReader } from './raw-reader.js';
import type { Direction, Place } from './read-request.js';
import type { StoredEvent } from './read-response.js';
import { positionOf, toRecorded } from './recorded-event.js';

/** Asked for at least at a time, when few are wanted: some of them may not be ours. */
const LEAST_PAGE = 16;

/** The whole log as this service wrote it, from any position. */
export class AllReader {
  constructor(
    private readonly reader: RawReader,
    private readonly finder: PlaceFinder,
  ) {}

  async *read({
    after,
    direction = 'forwards',
    limit = Infinity,
  }: ReadAllOptions): AsyncGenerator<RecordedEvent> {
    const isForwards = direction === 'forwards';
    let passed = isForwards ? (after ?? BEFORE_ALL) : BEFORE_ALL;
    let place = startOf(isForwards, after);
    for (let left = limit; left > 0 && place !== undefined;) {
      // One more than wanted: forwards the page begins with the event at the position itself.
      const count = left === Infinity ? undefined : Math.max(left + 1, LEAST_PAGE);
      let seen = 0;
      let last = BEFORE_ALL;
      for await (const event of this.from(place, direction, count)) {
        seen++;
        last = positionOf(event);
        if (isForwards && last <= passed) continue;
        const recorded = toRecorded(event);
        if (recorded === undefined) continue;
        yield recorded;
        if (--left === 0) return;
      }
      place = seen === count ? last : undefined;
      if (isForwards) passed = last;
    }
  }

  private async *from(
    place: Place,
    direction: Direction,
    count: number | undefined,
  ): AsyncGenerator<StoredEvent> {
    try {
      yield* this.reader.all(place, direction, count);
    } catch (error) {
      if (!(error instanceof NoEventThere) || typeof place !== 'bigint') throw error;
      const { next: found } = await this.finder.near(place);
      if (found === 'end' && direction === 'forwards') return;
      yield* this.reader.all(found, direction, count);
    }
  }
}

/** `undefined`: nothing can stand there. */
const startOf = (isForwards: boolean, after: bigint | undefined): Place | undefined => {
  if (isForwards) return after === undefined || after <= 0n ? 'start' : after;
  if (after === undefined) return 'end';
  return after <= 0n ? undefined : after;
};
