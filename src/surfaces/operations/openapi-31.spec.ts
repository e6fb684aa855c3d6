import { describe, expect, it } from '@jest/globals';
import { toOpenApi31 } from './openapi-31.js';

describe('a description in the words of OpenAPI 3.1', () => {
  it.each([
    [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
    [{ type: 'string', nullable: false }, { type: 'string' }],
    [
      { type: 'string', enum: ['a', 'b'], nullable: true },
      { type: ['string', 'null'], enum: ['a', 'b', null] },
    ],
    [
      { type: 'string', enum: ['a', null], nullable: true },
      { type: ['string', 'null'], enum: ['a', null] },
    ],
    [{ $ref: '#/x', nullable: true }, { anyOf: [{ $ref: '#/x' }, { type: 'null' }] }],
    [
      { allOf: [{ $ref: '#/x' }], nullable: true },
      { anyOf: [{ allOf: [{ $ref: '#/x' }] }, { type: 'null' }] },
    ],
    [
      { type: 'object', properties: { nullable: { type: 'integer', nullable: true } } },
      { type: 'object', properties: { nullable: { type: ['integer', 'null'] } } },
    ],
    [
      [{ type: 'array', items: { type: 'number', nullable: true } }],
      [{ type: 'array', items: { type: ['number', 'null'] } }],
    ],
    [{ example: { nullable: true } }, { example: { nullable: true } }],
  ])('says %j', (given, expected) => {
    expect(toOpenApi31(given)).toStrictEqual(expected);
  });
});
