import { describe, expect, it } from '@jest/globals';
import { checkJsonLimits, decodeJson, MAX_NESTING } from './json-body.js';
import { HttpProblem } from './problem.js';

const bytes = (text: string): Buffer => Buffer.from(text);

/** `[status, code]` of the refusal, `undefined` when there is none. */
const refusal = (act: () => unknown): HttpProblem | undefined => {
  try {
    act();
  } catch (error) {
    if (error instanceof HttpProblem) return error;
    throw error;
  }
  return undefined;
};

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('the limits of a body', () => {
  it.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF8"',
    'application/json; profile=x',
    'application/merge-patch+json',
  ])('take JSON that is declared as %s', (type) => {
    expect(refusal(() => checkJsonLimits(bytes('{}'), type))).toBeUndefined();
  });

  it.each([
    undefined,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'text/json+xml',
  ])('refuse a body that is declared as %p', (type) => {
    expect(refusal(() => checkJsonLimits(bytes('{}'), type))).toMatchObject({
      status: 415,
      code: 'unsupported-media-type',
    });
  });

  it('ask nothing of a request without a body', () => {
    expect(refusal(() => checkJsonLimits(undefined, undefined))).toBeUndefined();
    expect(refusal(() => checkJsonLimits(bytes(''), 'text/plain'))).toBeUndefined();
  });

  it.each([
    nested(MAX_NESTING),
    `{"a":${nested(MAX_NESTING - 1)}}`,
    `["${'['.repeat(1_000)}"]`,
    String.raw`["\"${'['.repeat(1_000)}"]`,
    `[${'[],'.repeat(1_000)}[]]`,
  ])('take what nests no deeper than allowed (case %#)', (text) => {
    expect(refusal(() => checkJsonLimits(bytes(text), 'application/json'))).toBeUndefined();
  });

  it.each([nested(MAX_NESTING + 1), '['.repeat(100_000), '{"a":'.repeat(10_000)])(
    'refuse what nests deeper (case %#)',
    (text) => {
      expect(refusal(() => checkJsonLimits(bytes(text), 'application/json'))).toMatchObject({
        status: 400,
        code: 'nesting-too-deep',
      });
    },
  );
});

describe('decoding a body', () => {
  it.each<[string, unknown]>([
    ['{"a": [1, "ü", null]}', { a: [1, 'ü', null] }],
    ['"text"', 'text'],
    [' 5 ', 5],
    ['\ufeff{}', {}],
    ['{"constructor": "a builder", "prototype": 1}', { constructor: 'a builder', prototype: 1 }],
    ['{"a": "__proto__"}', { a: '__proto__' }],
  ])('reads %j', (text, value) => {
    expect(decodeJson(bytes(text))).toStrictEqual(value);
  });

  it.each([undefined, null, bytes('')])('misses a body where there is none (%p)', (raw) => {
    expect(refusal(() => decodeJson(raw))).toMatchObject({
      status: 422,
      code: 'body-missing',
      options: { errors: [{ location: ['body'], code: 'missing' }] },
    });
  });

  it.each([[0xff], [0x22, 0xc3, 0x28, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xc0, 0xaf, 0x22]])(
    'refuses bytes that are no UTF-8 (%p …)',
    (...raw) => {
      expect(refusal(() => decodeJson(Buffer.from(raw)))).toMatchObject({
        status: 400,
        code: 'invalid-utf8',
      });
    },
  );

  it.each<[string, number, string]>([
    ['{"allowed_roles": [', 19, 'Expecting value'],
    ['{"a" 1}', 5, "Expecting ':' delimiter"],
    ['{"a":1 "b":2}', 7, "Expecting ',' delimiter"],
    ['[1 2]', 3, "Expecting ',' delimiter"],
    ['{a:1}', 1, 'Expecting property name enclosed in double quotes'],
    ['{"a":1,}', 7, 'Expecting property name enclosed in double quotes'],
    ['[1,]', 3, 'Expecting value'],
    ['{} x', 3, 'Extra data'],
    ['{}{}', 2, 'Extra data'],
    ['01', 1, 'Extra data'],
    ['NaN', 0, 'Expecting value'],
    ['"abc', 0, 'Unterminated string'],
    ['["a\nb"]', 3, 'Invalid control character'],
    [String.raw`["a\x"]`, 3, 'Invalid escape'],
    [String.raw`["\u12g4"]`, 2, 'Invalid escape'],
    ['   ', 3, 'Expecting value'],
  ])('says where %j stops being JSON', (text, offset, reason) => {
    expect(refusal(() => decodeJson(bytes(text)))).toMatchObject({
      status: 400,
      code: 'malformed-json',
      message: `The body is not valid JSON: ${reason} at offset ${offset}`,
      options: { details: { offset, reason } },
    });
  });

  it.each<[string, (string | number)[]]>([
    ['{"__proto__": {"admin": true}}', ['body', '__proto__']],
    ['{"a": [{"__proto__": 1}]}', ['body', 'a', 0, '__proto__']],
    [String.raw`{"\u005f_proto__": null}`, ['body', '__proto__']],
    ['{"constructor": {"prototype": {}}}', ['body', 'constructor']],
    ['{"a": {"constructor": {"prototype": null}}}', ['body', 'a', 'constructor']],
  ])('refuses the key that could pollute in %s', (text, location) => {
    expect(refusal(() => decodeJson(bytes(text)))).toMatchObject({
      status: 422,
      code: 'forbidden-key',
      options: { errors: [{ location }] },
    });
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});
