import { describe, expect, it } from '@jest/globals';
import { FailureLimiter } from './failure-limiter.js';

const fail = (limiter: FailureLimiter, times: number, address: string, now: number): void => {
  for (let i = 0; i < times; i++) limiter.record(address, now);
};

describe('wrong keys from one address', () => {
  it('are turned away from the one that is too many', () => {
    const limiter = new FailureLimiter(3);
    fail(limiter, 3, '10.0.0.1', 0);
    expect(() => limiter.record('10.0.0.1', 15_000)).toThrow(
      expect.objectContaining({ name: 'TooManyFailures', retryAfterSeconds: 45 }),
    );
  });
  it('are counted anew after a minute', () => {
    const limiter = new FailureLimiter(3);
    fail(limiter, 3, '10.0.0.1', 0);
    expect(() => fail(limiter, 3, '10.0.0.1', 60_000)).not.toThrow();
  });
  it('say nothing about another address', () => {
    const limiter = new FailureLimiter(3);
    fail(limiter, 3, '10.0.0.1', 0);
    expect(() => limiter.record('10.0.0.2', 0)).not.toThrow();
  });
  it('are not held against an address for ever by a clock that was set back', () => {
    const limiter = new FailureLimiter(3);
    fail(limiter, 3, '10.0.0.1', 10_000_000);
    expect(() => limiter.record('10.0.0.1', 0)).not.toThrow();
  });
});
