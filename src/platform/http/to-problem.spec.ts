import { NotFoundException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../../domain/shared/domain-error.js';
import { IdempotencyKeyReused, PreconditionFailed, RaceLost } from '../../event-store/decider-runner.js';
import {
  AppendOutcomeUnknown,
  AppendTooLarge,
  EventStoreUnavailable,
} from '../../event-store/event-store.js';
import { ReadModelBehind } from '../../projections/projection.js';
import {
  CredentialRefused,
  IdentityUnavailable,
  TooManyFailures,
  TwoCredentials,
} from '../auth/authenticator.js';
import { HttpProblem } from './problem.js';
import { toProblem } from './to-problem.js';

const BEARER = 'Bearer realm="governance"';
const own = new HttpProblem(418, 'teapot', 'short and stout');

describe('an error in HTTP terms', () => {
  it('is itself when it is one already', () => expect(toProblem(own)).toBe(own));

  it.each<[string, unknown, number, string, Record<string, unknown> | undefined]>([
    ['not found', new DomainError('not-found', 'x-unknown', ''), 404, 'x-unknown', undefined],
    ['forbidden', new DomainError('forbidden', 'x-denied', ''), 403, 'x-denied', undefined],
    ['a conflict', new DomainError('conflict', 'x-taken', ''), 409, 'x-taken', undefined],
    ['invalid', new DomainError('invalid', 'x-odd', ''), 422, 'x-odd', undefined],
    ['another revision', new PreconditionFailed(3n), 412, 'precondition-failed', undefined],
    ['a lost race', new RaceLost(), 409, 'race-lost', { 'retry-after': '1' }],
    ['a used key', new IdempotencyKeyReused(), 422, 'idempotency-key-reused', undefined],
    ['a large change', new AppendTooLarge(2 ** 21), 413, 'change-too-large', undefined],
    ['no log', new EventStoreUnavailable(), 503, 'event-store-unavailable', { 'retry-after': '1' }],
    ['no word on an append', new AppendOutcomeUnknown(), 503, 'outcome-unknown', { 'retry-after': '1' }],
    ['an old read model', new ReadModelBehind(9n), 503, 'read-model-behind', { 'retry-after': '1' }],
    [
      'no credential',
      new CredentialRefused('no_credential', 'none', ''),
      401,
      'not-authenticated',
      { 'www-authenticate': BEARER },
    ],
    [
      'an expired token',
      new CredentialRefused('expired_credential', 'jwt', ''),
      401,
      'invalid-credential',
      { 'www-authenticate': `${BEARER}, error="invalid_token", error_description="expired"` },
    ],
    [
      'a bad token',
      new CredentialRefused('invalid_credential', 'jwt', ''),
      401,
      'invalid-credential',
      { 'www-authenticate': `${BEARER}, error="invalid_token", error_description="invalid"` },
    ],
    [
      'a revoked key',
      new CredentialRefused('revoked_credential', 'psk', ''),
      401,
      'invalid-credential',
      { 'www-authenticate': [`${BEARER}, error="invalid_token"`, 'PSK realm="governance"'] },
    ],
    [
      'two credentials',
      new TwoCredentials(),
      400,
      'two-credentials',
      { 'www-authenticate': `${BEARER}, error="invalid_request"` },
    ],
    ['guessing', new TooManyFailures(42), 429, 'too-many-failures', { 'retry-after': '42' }],
    ['no identity', new IdentityUnavailable('', 7), 503, 'identity-unavailable', { 'retry-after': '7' }],
    ['an unknown path', new NotFoundException('Cannot GET /x'), 404, 'not-found', undefined],
    [
      "the server's own refusal",
      Object.assign(new Error('x'), { statusCode: 415 }),
      415,
      'unsupported-media-type',
      undefined,
    ],
    ['anything else', new TypeError('x is undefined'), 500, 'internal-error', undefined],
    ['what is no error at all', 'a string', 500, 'internal-error', undefined],
  ])('says %s', (_, error, status, code, headers) => {
    const problem = toProblem(error);
    expect([problem.status, problem.code, problem.options.headers]).toStrictEqual([status, code, headers]);
  });

  it('tells the caller the same of every credential that is not valid, and the log what it was', () => {
    const cause = new CredentialRefused('revoked_credential', 'psk', 'the key was revoked yesterday');
    const problem = toProblem(cause);
    expect([problem.message, problem.options.cause]).toStrictEqual(['Invalid or expired credential', cause]);
  });

  it('tells the caller nothing of what it does not know', () => {
    const { message, options } = toProblem(new Error('connect ECONNREFUSED 10.0.0.7:5432'));
    expect([message, options.details]).toStrictEqual([
      'Something went wrong on our side; the log says what',
      undefined,
    ]);
  });
});
