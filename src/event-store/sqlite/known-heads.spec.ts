import { describe, expect, it } from '@jest/globals';
import { KnownHeads } from './known-heads.js';

describe('what is known of a stream', () => {
  it('is nothing, as long as nothing was told', () => {
    expect(new KnownHeads().endsBefore('s-1', 0n)).toBe(false);
  });

  it.each([
    ['an empty stream, asked from its start', -1n, 0n, true],
    ['asked for its last event', 3n, 3n, false],
    ['asked for what follows its last event', 3n, 4n, true],
  ])('%s', (_, head, from, ends) => {
    const heads = new KnownHeads();
    heads.saw('s-1', head);
    expect(heads.endsBefore('s-1', from)).toBe(ends);
  });

  it('never goes back when an older answer is told later', () => {
    const heads = new KnownHeads();
    heads.saw('s-1', 5n);
    heads.saw('s-1', 2n);
    expect(heads.endsBefore('s-1', 5n)).toBe(false);
    expect(heads.endsBefore('s-1', 6n)).toBe(true);
  });
});
