import { describe, expect, it } from '@jest/globals';
import type { Principal } from '../auth/principal.js';
import { RateLimit } from './rate-limit.js';

const who = (userId: string | null): Principal =>
  ({ kind: userId === null ? 'platform' : 'user', userId }) as Principal;
const at = (time: string): Date => new Date(`2026-05-05T10:${time}Z`);

describe('the limit per minute', () => {
  it('counts nothing when it is off', () => {
    const limit = new RateLimit(0);
    for (let i = 0; i < 1_000; i++) limit.count(who('ann'), at('00:00.000'));
  });

  it('refuses what is over it until the minute of the clock is over', () => {
    const limit = new RateLimit(2);
    const ask = (time: string) => () => limit.count(who('ann'), at(time));
    ask('00:10.000')();
    ask('00:20.000')();
    expect(ask('00:30.500')).toThrow(
      expect.objectContaining({ status: 429, options: { headers: { 'retry-after': '30' } } }),
    );
    expect(ask('00:59.999')).toThrow('More than 2 requests in a minute');
    ask('01:00.000')();
  });

  it('counts each principal for himself, the platform too', () => {
    const limit = new RateLimit(1);
    for (const userId of ['ann', 'bob', null]) limit.count(who(userId), at('00:00.000'));
    expect(() => limit.count(who(null), at('00:00.001'))).toThrow('More than 1 requests');
  });
});
