import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { headerValue } from './header-value.js';

describe('a name in a header', () => {
  it.each([
    ['alice', 'alice'],
    ['alice@example.com', 'alice@example.com'],
    ['f:1c2b:alice', 'f:1c2b:alice'],
    ['Zoë', 'Zo%C3%AB'],
    ['山田', '%E5%B1%B1%E7%94%B0'],
    ['alice smith', 'alice%20smith'],
    ['a,b', 'a%2Cb'],
    ['100%', '100%25'],
    ['a\r\nx-gov-user-id: root', 'a%0D%0Ax-gov-user-id:%20root'],
    ['\u0000\u007f', '%00%7F'],
    ['\ud800', '%EF%BF%BD'],
    ['', ''],
  ])('%j becomes %s', (name, value) => expect(headerValue(name)).toBe(value));

  it('is always plain ASCII without comma and can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const value = headerValue(name);
        expect(value).toMatch(/^[\x21-\x7e]*$/);
        expect(value).not.toContain(',');
        expect(decodeURIComponent(value)).toBe(name);
      }),
    );
  });
});
