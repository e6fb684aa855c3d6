import { describe, expect, it } from '@jest/globals';
import { phraseJson, wordsJson, wordsOf } from './words.js';

describe('the words of a text', () => {
  it.each<[string, readonly string[]]>([
    ['Fraud Scoring, v2', ['fraud', 'scoring', 'v2']],
    ["it's a user_id", ["it's", 'a', 'user_id']],
    ['1.5 1,000 2.', ['1.5', '1,000', '2']],
    ['e.g. a.b c-d e/f', ['e.g', 'a.b', 'c', 'd', 'e', 'f']],
    ['Größe ÉTÉ', ['größe', 'été']],
    ['不正 検知A', ['不', '正', '検', '知', 'a']],
    [' \t(!?) ', []],
    ['x'.repeat(300), ['x'.repeat(255), 'x'.repeat(45)]],
  ])('of %j', (text, words) => expect(wordsOf(text)).toStrictEqual(words));

  it('stand as JSON in which a phrase is a part of the text, but none over two texts', () => {
    const json = wordsJson(['model risk', 'audit']);
    expect(JSON.parse(json)).toStrictEqual(['model', 'risk', null, 'audit']);
    expect(json).toContain(phraseJson(['model', 'risk']));
    expect(json).not.toContain(phraseJson(['risk', 'audit']));
    expect(json).not.toContain(phraseJson(['mode']));
  });
});
