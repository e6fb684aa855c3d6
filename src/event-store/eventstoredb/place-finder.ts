import { LruMap } from '../lru-map.js';
import { NoEventThere, type RawReader } from './raw-reader.js';
import type { Place } from './read-request.js';
import { positionOf } from './recorded-event.js';

/** The log's files begin at multiples of this, and with each an event. Where a store is set up otherwise we start at 0. */
const FILE_BYTES = 256n * 1024n * 1024n;

const KNOWN_PLACES = 1_000;

/** Where an event begins, near a position. */
export interface Places {
  /** The last one not after the position: a subscription from there leaves nothing out. */
  readonly before: Place;
  /** The first one not before it. */
  readonly next: Place;
}

/**
 * The store reads only from positions where an event begins, but a position may come from outside: a cursor that somebody
 * made up or that is of another log, or one more than a position.
 */
export class PlaceFinder {
  private readonly found = new LruMap<bigint, Places>(KNOWN_PLACES);

  constructor(private readonly reader: RawReader) {}

  async near(position: bigint): Promise<Places> {
    const known = this.found.get(position);
    if (known !== undefined) return known;
    const places = await this.look(position);
    // The end moves on, other places stay.
    if (places.next !== 'end') this.found.set(position, places);
    return places;
  }

  private async look(position: bigint): Promise<Places> {
    const inFile = (position / FILE_BYTES) * FILE_BYTES;
    const starts = [position, position - 1n, ...(inFile > 0n ? [inFile] : [])];
    for (const start of starts) {
      const places = await this.scan(start, position).catch(ignoreNoEvent);
      if (places !== undefined) return places;
    }
    return (await this.scan('start', position)) ?? { before: 'start', next: 'start' };
  }

  /** `undefined` when no event stands between `start` and the position. */
  private async scan(start: Place, position: bigint): Promise<Places | undefined> {
    let before: Place | undefined = start === position ? position : undefined;
    for await (const event of this.reader.all(start, 'forwards')) {
      const place = positionOf(event);
      if (place >= position) return before === undefined ? undefined : { before, next: place };
      before = place;
    }
    return before === undefined ? undefined : { before, next: 'end' };
  }
}

const ignoreNoEvent = (error: unknown): undefined => {
  if (!(error instanceof NoEventThere)) throw error;
  return undefined;
};
