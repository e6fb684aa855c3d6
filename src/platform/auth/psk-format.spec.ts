import { describe, expect, it } from '@jest/globals';
import { mintPsk, publicIdOf } from './psk-format.js';

const { psk, publicId } = mintPsk('gpu');
const swapCase = (text: string): string =>
  text.replace(/[a-zA-Z]/g, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );

describe('a key', () => {
  it('has a prefix, 12 public characters, 43 secret ones and 6 to check them', () => {
    expect(psk).toMatch(/^gpu_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/);
    expect(psk.split('_')[1]).toBe(publicId);
    expect(mintPsk('gpp').psk).toMatch(/^gpp_/);
  });

  it('tells its public id', () => expect(publicIdOf(psk)).toBe(publicId));

  it('is new each time', () => {
    expect(new Set(Array.from({ length: 100 }, () => mintPsk('gpu').psk)).size).toBe(100);
  });

  it('keeps its length, also where the secret begins with zeros', () => {
    for (let i = 0; i < 500; i++) expect(mintPsk('gpu').psk).toHaveLength(66);
  });

  it.each([
    ['cut', psk.slice(0, -1)],
    ['with more behind it', `${psk}0`],
    ['with a wrong check', psk.slice(0, -1) + (psk.endsWith('0') ? '1' : '0')],
    ['in the other case', `gpu_${swapCase(psk.slice(4))}`],
    ['with a prefix in capitals', psk.toUpperCase().slice(0, 4) + psk.slice(4)],
    ['with another prefix', psk.replace('gpu_', 'gpp_')],
    ['with a line break behind it', `${psk}\n`],
    ['empty', ''],
  ])('%s is none', (_, text) => expect(publicIdOf(text)).toBeUndefined());

  it('with any one character changed is none', () => {
    for (let i = 4; i < psk.length; i++) {
      const changed = psk.slice(0, i) + (psk[i] === 'a' ? 'b' : 'a') + psk.slice(i + 1);
      expect(publicIdOf(changed)).toBeUndefined();
    }
  });
});
