import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { BodyProblemCode } from '../../platform/http/json-body.js';
import type { JsonFault } from '../../platform/http/json-fault.js';
import type { FieldError, HttpProblem } from '../../platform/http/problem.js';
import { Surface, type RenderedProblem } from '../../platform/http/surface.js';
import { redact } from './redact.js';
import { pythonJsonError } from './validation/python-json-error.js';
import { fault } from './validation/rule.js';

const CONTENT_TYPE = 'application/json; charset=utf-8';

const utf8 = new TextDecoder();

/** The body as it was read before: without a byte order mark. */
const rawText = ({ body }: FastifyRequest): string => (Buffer.isBuffer(body) ? utf8.decode(body) : '');

const bodyFault = (type: string, msg: string, input: unknown): FieldError => ({
  ...fault(type, msg, input),
  location: ['body'],
});

/** What stands at a place of a JSON body. */
const valueAt = (request: FastifyRequest, [, ...path]: FieldError['location']): unknown =>
  path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown>)[key],
    JSON.parse(rawText(request)),
  );

type Faults = (problem: HttpProblem, request: FastifyRequest) => readonly FieldError[];

/** What Nx1 says of a body that never became fields, where it has words for it. */
const BODY_FAULTS: Partial<Record<BodyProblemCode, Faults>> = {
  'body-missing': () => [bodyFault('missing', 'Field required', null)],
  'unsupported-media-type': (_, request) => [
    bodyFault(
      'model_attributes_type',
      'Input should be a valid dictionary or object to extract fields from',
      rawText(request),
    ),
  ],
  'malformed-json': ({ options }, request) => {
    const { offset, error } = pythonJsonError(rawText(request), options.details as unknown as JsonFault);
    const found = fault('json_invalid', 'JSON decode error', {}, { error });
    return [{ ...found, location: ['body', offset] }];
  },
  'forbidden-key': ({ options }, request) =>
    (options.errors ?? []).map(({ location }) => ({
      ...fault('extra_forbidden', 'Extra inputs are not permitted', valueAt(request, location)),
      location,
    })),
};

const faultsIn = (problem: HttpProblem, request: FastifyRequest): readonly FieldError[] | undefined => {
  const bodyFaults = BODY_FAULTS[problem.code as BodyProblemCode];
  if (bodyFaults !== undefined) return bodyFaults(problem, request);
  return problem.status === 422 ? problem.options.errors : undefined;
};

/** The credentials this request came with, without their scheme. */
const sentCredentials = ({ headers }: FastifyRequest): readonly string[] =>
  [headers.authorization, headers['authorization-psk']]
    .flat()
    .flatMap((value) => value?.trim().split(/\s+/).at(-1) ?? [])
    .filter((credential) => credential !== '');

/** Nx1's error bodies: `{"error", "code"}`, and `{"detail": [...]}` where fields are wrong. */
@Injectable()
export class Nx1Surface extends Surface {
  readonly prefixes = ['/api/models', '/api/user/psk', '/api/admin'] as const;

  render(problem: HttpProblem, request: FastifyRequest): RenderedProblem {
    const { headers } = problem.options;
    const answer = { contentType: CONTENT_TYPE, ...(headers && { headers }) };
    const faults = faultsIn(problem, request);
    if (faults === undefined) {
      const { status, message } = problem;
      return { ...answer, status, body: { error: message, code: status } };
    }
    const credentials = sentCredentials(request);
    const detail = faults.map((found) => ({
      type: found.location[0] === 'header' ? 'value_error' : found.code,
      loc: found.location,
      msg: found.message,
      ...(found.input === undefined ? {} : { input: redact(found.input, credentials) }),
      ...(found.context && { ctx: found.context }),
    }));
    return { ...answer, status: 422, body: { detail } };
  }
}
