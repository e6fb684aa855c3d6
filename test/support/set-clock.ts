import { Clock } from '../../src/platform/clock/clock.js';

/** Stands still until it is told to go on. */
export class SetClock extends Clock {
  private present: number;

  constructor(start = '2026-05-05T05:05:05.678Z') {
    super();
    this.present = Date.parse(start);
  }

  now(): Date {
    return new Date(this.present);
  }

  advance(seconds: number): void {
    this.present += seconds * 1000;
  }
}
