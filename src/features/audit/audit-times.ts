import type { ReadModels } from '../../projections/projection.js';

interface Times {
  readonly latest: number;
  readonly disorder: number;
}

/** Events before it occurred before `since`, all of them; `upTo` + 1 when all up to there did. */
export const firstPositionAt = (readModels: ReadModels, since: number, upTo: number): number => {
  let low = 0;
  let high = upTo + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const times = timesAt(readModels, middle);
    if (times !== undefined && times.latest >= since) high = middle;
    else low = middle + 1;
  }
  return high;
};

/** Events after it and up to `upTo` occurred at `until` or later, all of them. */
export const lastPositionBefore = (readModels: ReadModels, until: number, upTo: number): number =>
  firstPositionAt(readModels, until + (timesAt(readModels, upTo)?.disorder ?? 0), upTo) - 1;

const timesAt = (readModels: ReadModels, position: number): Times | undefined =>
  readModels.get<Times>(
    'SELECT latest, disorder FROM audit WHERE position <= ? ORDER BY position DESC LIMIT 1',
    position,
  );
