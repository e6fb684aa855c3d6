import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCsv } from '../../../test/support/csv-parser.js';
import { csvRecord } from './csv.js';

describe('a record of CSV', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    [null, ''],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\r\nlines', '"two\r\nlines"'],
    [' kept ', ' kept '],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@sum', "'@sum"],
    ['\ttab', "'\ttab"],
    ['\rreturn', '"\'\rreturn"'],
    ['="a,b"', `"'=""a,b"""`],
    ["'=quoted already", "'=quoted already"],
    ['a=b', 'a=b'],
    ['{"a":1}', '"{""a"":1}"'],
  ])('%j is written as %j', (value, cell) => {
    expect(csvRecord([value])).toBe(`${cell}\r\n`);
  });

  it('reads back as it was, but for the guard', () =>
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 8 }), (values) => {
        const [read] = parseCsv(csvRecord(values));
        expect(read).toEqual(values.map((value) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value)));
      }),
    ));
});
