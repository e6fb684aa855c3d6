import { describe, expect, it } from '@jest/globals';
import { findJsonFault } from '../../../platform/http/json-fault.js';
import { pythonJsonError } from './python-json-error.js';

// Offsets and texts are those of CPython 3.11's json.loads.
describe('a JSON fault in the words of CPython', () => {
  it.each([
    ['', 0, 'Expecting value'],
    ['  ', 2, 'Expecting value'],
    ['{', 1, 'Expecting property name enclosed in double quotes'],
    ['{"a"', 4, "Expecting ':' delimiter"],
    ['{"a":', 5, 'Expecting value'],
    ['{"a":1', 6, "Expecting ',' delimiter"],
    ['{"a":1,', 7, 'Expecting property name enclosed in double quotes'],
    ['{"a":1,}', 7, 'Expecting property name enclosed in double quotes'],
    ['{"a" 1}', 5, "Expecting ':' delimiter"],
    ['{a:1}', 1, 'Expecting property name enclosed in double quotes'],
    ["{'a':1}", 1, 'Expecting property name enclosed in double quotes'],
    ['{"a":1]', 6, "Expecting ',' delimiter"],
    ['{"a":1 "b":2}', 7, "Expecting ',' delimiter"],
    ['{"a":\n\n x}', 8, 'Expecting value'],
    ['[', 1, 'Expecting value'],
    ['[1', 2, "Expecting ',' delimiter"],
    ['[1,]', 3, 'Expecting value'],
    ['[1 2]', 3, "Expecting ',' delimiter"],
    ['[1}', 2, "Expecting ',' delimiter"],
    ['[,1]', 1, 'Expecting value'],
    ['nul', 0, 'Expecting value'],
    ['-', 0, 'Expecting value'],
    ['+1', 0, 'Expecting value'],
    ['.5', 0, 'Expecting value'],
    ['1.', 1, 'Extra data'],
    ['01', 1, 'Extra data'],
    ['1e', 1, 'Extra data'],
    ['1 2', 2, 'Extra data'],
    ['{"a":1} x', 8, 'Extra data'],
    ['"abc', 0, 'Unterminated string starting at'],
    ['["x", "abc\\"', 6, 'Unterminated string starting at'],
    ['"abc\\', 0, 'Unterminated string starting at'],
    ['["\\"", "abc\\', 7, 'Unterminated string starting at'],
    ['"a\nb"', 2, 'Invalid control character at'],
    ['"\\x"', 1, 'Invalid \\escape'],
    ['"\\u12g4"', 2, 'Invalid \\uXXXX escape'],
    ['"\\ud800\\u12"', 8, 'Invalid \\uXXXX escape'],
    ['{"a":"😀","b" 1}', 13, "Expecting ':' delimiter"],
  ])('%j: offset %i, %s', (text, offset, error) => {
    expect(pythonJsonError(text, findJsonFault(text))).toStrictEqual({ offset, error });
  });

  it('is found in one pass over a megabyte of escaped quotes', () => {
    const text = `["${'\\"'.repeat(400_000)}", "abc\\`;
    expect(pythonJsonError(text, findJsonFault(text)).offset).toBe(text.length - 5);
  });
});
