import { Injectable } from '@nestjs/common';
import { BEFORE_ALL } from '../../event-store/event-store.js';
import { ReadModels } from '../../projections/projection.js';

/** Where the newest event stands that is handed out: bookkeeping, which may follow it, is not. */
@Injectable()
export class HistoryEnd {
  constructor(private readonly readModels: ReadModels) {}

  /** {@link BEFORE_ALL} while there is none. */
  position(): bigint {
    const newest = this.readModels.get<{ position: number }>(
      'SELECT position FROM audit ORDER BY position DESC LIMIT 1',
    );
    return newest === undefined ? BEFORE_ALL : BigInt(newest.position);
  }

  /** How far a position lies before it, in positions; 0 when nothing is left to be handed out. */
  distanceFrom(position: bigint): bigint {
    const end = this.position();
    return position < end ? end - position : 0n;
  }
}
