import type { PipeTransform } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { jsonBody } from '../../platform/http/json-body.js';
import { HttpProblem, type FieldError } from '../../platform/http/problem.js';
import { readDto, type DtoClass } from './validation/dto-reader.js';
import { fault, locate } from './validation/rule.js';

/** The parts of a request that a route takes, each with the class that declares it. */
export interface Parts {
  readonly path?: DtoClass;
  readonly query?: DtoClass;
  readonly body?: DtoClass;
  /** No body at all is as good as `{}`. */
  readonly bodyOptional?: true;
}

/** Repeated query parameters: the last one counts, as Nx1 reads them. */
const lastOnes = (query: unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(query as Record<string, unknown>).map(([name, value]) => [
      name,
      Array.isArray(value) ? (value as unknown[]).at(-1) : value,
    ]),
  );

const isEmpty = ({ body }: FastifyRequest): boolean => !Buffer.isBuffer(body) || body.length === 0;

/**
 * Turns a raw request into the DTOs of its route and refuses it with all that is wrong with path, query and body at
 * once, each in the order of its fields.
 */
export class Nx1RequestPipe implements PipeTransform<FastifyRequest> {
  constructor(private readonly parts: Parts) {}

  transform(request: FastifyRequest): Readonly<Record<string, object>> {
    const { path, query, body, bodyOptional } = this.parts;
    const faults: FieldError[] = [];
    const read: Record<string, object> = {};
    const take = (part: string, dto: DtoClass, input: unknown): void => {
      const before = faults.length;
      read[part] = readDto(dto, input, faults);
      if (faults.length > before) locate(part, faults, before);
    };
    if (path !== undefined) take('path', path, request.params);
    if (query !== undefined) take('query', query, lastOnes(request.query));
    if (body !== undefined) {
      const sent = bodyOptional && isEmpty(request) ? {} : jsonBody(request);
      // To Nx1 a body of `null` is none.
      if (sent === null) faults.push({ ...fault('missing', 'Field required', null), location: ['body'] });
      else take('body', body, sent);
    }
    if (faults.length > 0)
      throw new HttpProblem(422, 'invalid-request', 'The request is not valid', { errors: faults });
    return read;
  }
}
