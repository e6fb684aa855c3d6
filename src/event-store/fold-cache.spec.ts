import { describe, expect, it } from '@jest/globals';
import { FoldCache } from './fold-cache.js';

describe('FoldCache', () => {
  it('hands out what was folded, to the fold that made it only', () => {
    const cache = new FoldCache(10);
    cache.set('stream-1', 'deployment', { roles: ['a'] });
    expect(cache.get('stream-1', 'deployment')).toEqual({ roles: ['a'] });
    expect(cache.get('stream-1', 'another fold')).toBeUndefined();
    expect(cache.get('stream-2', 'deployment')).toBeUndefined();
  });

  it('forgets a stream on demand, and the least recently used one when it is full', () => {
    const cache = new FoldCache(2);
    cache.set('stream-1', 'fold', 1);
    cache.set('stream-2', 'fold', 2);
    cache.get('stream-1', 'fold');
    cache.set('stream-3', 'fold', 3);
    expect(cache.get('stream-2', 'fold')).toBeUndefined();
    cache.delete('stream-1');
    expect(cache.get('stream-1', 'fold')).toBeUndefined();
    expect(cache.get('stream-3', 'fold')).toBe(3);
  });
});
