import { describe, expect, it } from '@jest/globals';
import { selectFields } from './select-fields.js';

const BODY = {
  took: 3,
  hits: {
    total: { value: 2 },
    hits: [
      { _id: 'a', _source: { name: 'x', owner: { name: 'ana', roles: ['r'] } } },
      { _id: 'b', _source: { name: 'y', owner: null } },
    ],
  },
};

describe('the fields of an answer', () => {
  it.each<[readonly string[], readonly string[], object]>([
    [[], [], BODY],
    [['took'], [], { took: 3 }],
    [['hits.total'], [], { hits: { total: { value: 2 } } }],
    [['hits.hits._id'], [], { hits: { hits: [{ _id: 'a' }, { _id: 'b' }] } }],
    [['*.*.v*'], [], { hits: { total: { value: 2 } } }],
    [
      ['**.name'],
      [],
      { hits: { hits: [{ _source: { name: 'x', owner: { name: 'ana' } } }, { _source: { name: 'y' } }] } },
    ],
    [['hits'], ['hits.hits'], { hits: { total: { value: 2 } } }],
    [
      [],
      ['hits.hits._source', 'took'],
      { hits: { total: { value: 2 }, hits: [{ _id: 'a' }, { _id: 'b' }] } },
    ],
    [['took', 'nothing'], [], { took: 3 }],
    [['nothing', 'took.deeper'], [], {}],
    [['t(o)ok', 't.ok', '[a-z]*'], [], {}],
    [['*'], ['*'], {}],
  ])('%j without %j', (includes, excludes, expected) =>
    expect(selectFields(BODY, { includes, excludes })).toStrictEqual(expected),
  );

  it('are picked in no time, whatever the patterns', () => {
    const name = 'a'.repeat(2_000);
    const deep = { [name]: { [name]: { [name]: { [name]: { [name]: 1 } } } } };
    const start = performance.now();
    selectFields(deep, { includes: [`${'*a'.repeat(25)}b`], excludes: [] });
    selectFields(deep, {
      includes: [`${'**.'.repeat(300)}b`, `${'**.*.'.repeat(300)}b`],
      excludes: ['**.**.**.x'],
    });
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
