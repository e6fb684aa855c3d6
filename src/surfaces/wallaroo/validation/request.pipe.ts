import type { PipeTransform } from '@nestjs/common';
import { getMetadataStorage, validateSync } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { jsonBody } from '../../../platform/http/json-body.js';
import { HttpProblem } from '../../../platform/http/problem.js';

export type DtoClass<T extends object = object> = new () => T;

const invalid = (message: string): HttpProblem => new HttpProblem(400, 'invalid-request', message);

const isEmpty = ({ body }: FastifyRequest): boolean => !Buffer.isBuffer(body) || body.length === 0;

const fields = new WeakMap<DtoClass, readonly string[]>();

const fieldsOf = (dto: DtoClass): readonly string[] => {
  const known = fields.get(dto);
  if (known !== undefined) return known;
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false);
  const found = [...new Set(rules.map(({ propertyName }) => propertyName))];
  fields.set(dto, found);
  return found;
};

/**
 * Turns the body of a request into the DTO of its route. Fields that it does not declare are ignored, since Wallaroo's own
 * client sends some; what is wrong with the others is told in one sentence.
 */
export class BodyPipe implements PipeTransform<FastifyRequest> {
  constructor(
    private readonly dto: DtoClass,
    /** No body at all is as good as `{}`. */
    private readonly optional: boolean,
  ) {}

  transform(request: FastifyRequest): object {
    const sent = this.optional && isEmpty(request) ? {} : jsonBody(request);
    if (typeof sent !== 'object' || sent === null || Array.isArray(sent))
      throw invalid('The body must be a JSON object');
    const read = new this.dto();
    for (const field of fieldsOf(this.dto)) {
      if (Object.hasOwn(sent, field))
        (read as Record<string, unknown>)[field] = (sent as Record<string, unknown>)[field];
    }
    const faults = validateSync(read).flatMap(({ constraints = {} }) => Object.values(constraints));
    if (faults.length > 0) throw invalid(faults.join('; '));
    return read;
  }
}
