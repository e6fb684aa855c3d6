import type { PipeTransform } from '@nestjs/common';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { jsonBody } from '../../../platform/http/json-body.js';
import { HttpProblem, type FieldError } from '../../../platform/http/problem.js';
import type { ListContext } from './rules.js';

export type DtoClass = new () => object;

/** The parts of a request that a route takes, each with the class that declares it. */
export interface Parts {
  readonly path?: DtoClass;
  readonly query?: DtoClass;
  readonly body?: DtoClass;
  /** No body at all is as good as `{}`. */
  readonly bodyOptional?: true;
}

type Location = FieldError['location'];

/**
 * Turns a raw request into the DTOs of its route, or refuses it with all that is wrong with it at once. Only declared
 * fields are ever copied, so that no name in a request (`constructor`, say) can stand in for something of the object.
 */
export class RequestPipe implements PipeTransform<FastifyRequest> {
  constructor(private readonly parts: Parts) {}

  transform(request: FastifyRequest): Readonly<Record<string, object>> {
    const { path, query, body, bodyOptional } = this.parts;
    const errors: FieldError[] = [];
    const read: Record<string, object> = {};
    if (path !== undefined) read['path'] = readDto(path, request.params, ['path'], errors);
    if (query !== undefined) read['query'] = readDto(query, request.query, ['query'], errors);
    if (body !== undefined) {
      const sent = bodyOptional === true && isEmpty(request) ? {} : jsonBody(request);
      read['body'] = readDto(body, sent, ['body'], errors);
    }
    if (errors.length > 0)
      throw new HttpProblem(422, 'invalid-request', 'The request does not fit: see errors', { errors });
    return read;
  }
}

const isEmpty = ({ body }: FastifyRequest): boolean => !Buffer.isBuffer(body) || body.length === 0;

const declaredFields = new WeakMap<DtoClass, ReadonlySet<string>>();

const fieldsOf = (dto: DtoClass): ReadonlySet<string> => {
  const known = declaredFields.get(dto);
  if (known !== undefined) return known;
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false);
  const fields = new Set(rules.map(({ propertyName }) => propertyName));
  declaredFields.set(dto, fields);
  return fields;
};

const readDto = (dto: DtoClass, input: unknown, at: Location, errors: FieldError[]): object => {
  const instance = new dto();
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    errors.push({ location: at, message: 'must be a JSON object' });
    return instance;
  }
  const fields = fieldsOf(dto);
  for (const [name, value] of Object.entries(input)) {
    if (fields.has(name)) (instance as Record<string, unknown>)[name] = value;
    else errors.push({ location: [...at, name], message: 'is not known here' });
  }
  for (const error of validateSync(instance)) errors.push(...describe(error, at));
  return instance;
};

const describe = (
  { property, value, constraints = {}, contexts = {} }: ValidationError,
  at: Location,
): FieldError[] => {
  const found = Object.entries(constraints).flatMap(([name, message]): FieldError[] => {
    const items = itemErrors(value, contexts[name] as ListContext | undefined);
    return items.length > 0 ? items : [{ location: [], message }];
  });
  return found.map(({ location, message }) => ({ location: [...at, property, ...location], message }));
};

const itemErrors = (value: unknown, context: ListContext | undefined): FieldError[] => {
  if (context === undefined || !Array.isArray(value)) return [];
  return (value as unknown[]).flatMap((item, index) =>
    context.isItem(item) ? [] : [{ location: [index], message: context.itemMessage }],
  );
};
