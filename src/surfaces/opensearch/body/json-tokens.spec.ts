import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { placeOf, tokenOf, type Token } from './json-tokens.js';

/** The value that the tokens stand for. */
const valueOf = (token: Token): unknown => {
  if (token.kind === 'START_ARRAY') return token.items.map(valueOf);
  if (token.kind === 'START_OBJECT')
    return Object.fromEntries([...token.members].map(([key, member]) => [key, valueOf(member)]));
  return JSON.parse(token.raw);
};

describe('the tokens of a text', () => {
  it('stand for the value that the text stands for, however it is laid out', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ noUnicodeString: false } as object),
        fc.constantFrom(0, 1, '\t'),
        (value, space) => {
          const text = JSON.stringify(value, null, space);
          expect(valueOf(tokenOf(text))).toStrictEqual(JSON.parse(text));
        },
      ),
    );
  });

  it('know where they begin, and of two members of one name the last', () => {
    const text = '{\r\n "a": 1,\n\t"a" : {"b":[null , "]\\"}"]}\n}';
    const a = tokenOf(text).members.get('a')!;
    expect([a.kind, placeOf(text, a)]).toStrictEqual(['START_OBJECT', '3:8']);
    const [first, second] = a.members.get('b')!.items;
    expect([first!.kind, placeOf(text, first!), valueOf(second!)]).toStrictEqual([
      'VALUE_NULL',
      '3:14',
      ']"}',
    ]);
  });

  it('of a large text are read in no time', () => {
    const text = JSON.stringify({ a: Array(150_000).fill([{}]), b: 'x'.repeat(500_000) });
    const start = performance.now();
    expect(tokenOf(text).members.size).toBe(2);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
