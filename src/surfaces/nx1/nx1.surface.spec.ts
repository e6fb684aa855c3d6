import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { HttpProblem } from '../../platform/http/problem.js';
import { Nx1Surface } from './nx1.surface.js';

const surface = new Nx1Surface();
const requestWith = (headers: object, body?: string): FastifyRequest =>
  ({ headers, body: body === undefined ? undefined : Buffer.from(body) }) as unknown as FastifyRequest;

describe('a refusal in the words of Nx1', () => {
  it('is a text and the status', () => {
    const problem = new HttpProblem(404, 'deployment-not-found', "Deployment 'a' not found for model 'b'", {
      headers: { 'x-y': 'z' },
      details: { model: 'b' },
    });
    expect(surface.render(problem, requestWith({}))).toStrictEqual({
      status: 404,
      contentType: 'application/json; charset=utf-8',
      headers: { 'x-y': 'z' },
      body: { error: "Deployment 'a' not found for model 'b'", code: 404 },
    });
  });

  it('is the same when a value makes no sense though each field is right', () => {
    const problem = new HttpProblem(422, 'valid-until-past', 'The end of validity lies in the past');
    expect(surface.render(problem, requestWith({}))).toMatchObject({
      status: 422,
      body: { error: 'The end of validity lies in the past', code: 422 },
    });
  });

  it('names the header that is wrong', () => {
    const problem = new HttpProblem(422, 'invalid-header', 'If-Match must be one ETag', {
      errors: [
        {
          location: ['header', 'If-Match'],
          message: 'If-Match must be one ETag',
          code: 'invalid-header',
          input: 'x',
        },
      ],
    });
    expect(surface.render(problem, requestWith({})).body).toStrictEqual({
      detail: [
        { type: 'value_error', loc: ['header', 'If-Match'], msg: 'If-Match must be one ETag', input: 'x' },
      ],
    });
  });
});

const inputShown = (headers: object, input: unknown): unknown => {
  const problem = new HttpProblem(422, 'invalid-request', 'The request is not valid', {
    errors: [{ location: ['body'], message: 'm', code: 'c', input }],
  });
  const { body } = surface.render(problem, requestWith(headers));
  return (body as { detail: [{ input: unknown }] }).detail[0].input;
};

describe('the offending value in a refusal', () => {
  const own = 'an operator may choose any thirty-two characters'.replaceAll(' ', '_');

  it.each([
    ['the key this request came with', { 'authorization-psk': own }],
    ['the key after Bearer', { authorization: `Bearer ${own}` }],
    ['the key after PSK', { authorization: `psk   ${own}` }],
    ['one of several that were sent', { authorization: 'Bearer x.y.z', 'authorization-psk': own }],
  ])('never shows %s', (_, headers) => {
    expect(inputShown(headers, { a: [`<${own}>`], [own]: 1 })).toStrictEqual({
      a: ['<[redacted]>'],
      '[redacted]': 1,
    });
  });

  it.each([
    ['a user key', 'gpu_aB3dE6gH9jK2_0123456789abcdefghijABCDEFGHIJ0123456789abc'],
    ['a platform key', 'gpp_aB3dE6gH9jK2_0123456789abcdefghijABCDEFGHIJ0123456789abc'],
    ['a token', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl'],
  ])('never shows %s, whoever sent it', (_, secret) => {
    expect(inputShown({}, [`my key is ${secret}.`])).toStrictEqual(['my key is [redacted].']);
  });

  it.each([[null], [5], [true], ['a role'], [[]], [{ a: { b: ['gpu', 'eyJ'] } }]])(
    'shows %j as it is',
    (input) => {
      expect(inputShown({ 'authorization-psk': own }, input)).toStrictEqual(input);
    },
  );

  it('is searched for credentials in one pass, however long it is', () => {
    const long = 'eyJ'.repeat(350_000);
    expect(inputShown({}, long)).toBe(long);
    expect(inputShown({}, `${long}.a.b`)).toBe('[redacted]');
  });

  it('is the one after a byte order mark', () => {
    const problem = new HttpProblem(422, 'forbidden-key', 'The key __proto__ is not allowed', {
      errors: [{ location: ['body', 'a', 0, '__proto__'], message: 'no', code: 'forbidden-key' }],
    });
    const request = requestWith({}, '\ufeff{"a":[{"__proto__":7}]}');
    expect(surface.render(problem, request)).toMatchObject({
      body: { detail: [{ type: 'extra_forbidden', loc: ['body', 'a', 0, '__proto__'], input: 7 }] },
    });
  });

  it('strikes credentials out of a raw body too', () => {
    const problem = new HttpProblem(415, 'unsupported-media-type', 'The body must be JSON');
    const request = requestWith({ authorization: `Bearer ${own}` }, `psk=${own}`);
    expect(surface.render(problem, request)).toMatchObject({
      status: 422,
      body: { detail: [{ type: 'model_attributes_type', loc: ['body'], input: 'psk=[redacted]' }] },
    });
  });
});
