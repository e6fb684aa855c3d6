import { describe, expect, it } from '@jest/globals';
import { LruMap } from './lru-map.js';

const filled = (): LruMap<string, number> => {
  const map = new LruMap<string, number>(3);
  map.set('a', 1);
  map.set('b', 2);
  map.set('c', 3);
  return map;
};

const keys = (map: LruMap<string, number>): string[] =>
  ['a', 'b', 'c', 'd'].filter((key) => map.get(key) !== undefined);

describe('LruMap', () => {
  it('drops the entry that was set longest ago', () => {
    const map = filled();
    map.set('d', 4);
    expect(keys(map)).toEqual(['b', 'c', 'd']);
    expect(map.size).toBe(3);
  });

  it('keeps what was read lately', () => {
    const map = filled();
    expect(map.get('a')).toBe(1);
    map.set('d', 4);
    expect(keys(map)).toEqual(['a', 'c', 'd']);
  });

  it('keeps what was set again lately, with its new value', () => {
    const map = filled();
    map.set('a', 10);
    map.set('d', 4);
    expect(keys(map)).toEqual(['a', 'c', 'd']);
    expect(map.get('a')).toBe(10);
  });

  it('forgets on demand', () => {
    const map = filled();
    map.delete('b');
    expect(keys(map)).toEqual(['a', 'c']);
    map.clear();
    expect(map.size).toBe(0);
  });
});
