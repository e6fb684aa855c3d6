import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiBody, ApiParam, ApiQuery, type ApiParamOptions, type ApiQueryOptions } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Nx1RequestPipe, type Parts } from './nx1-request.pipe.js';
import { planOf, type DtoClass } from './validation/dto-reader.js';

const RawRequest = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<FastifyRequest>(),
);

const parameters = (dto: DtoClass | undefined): readonly object[] =>
  dto === undefined
    ? []
    : planOf(dto).map(({ name, context: { required, documentation } }) => ({
        name,
        required,
        ...documentation,
      }));

const documentation = ({ path, query, body, bodyOptional }: Parts): readonly MethodDecorator[] => [
  ...parameters(path).map((parameter) => ApiParam(parameter as ApiParamOptions)),
  ...parameters(query).map((parameter) => ApiQuery(parameter as ApiQueryOptions)),
  ...(body === undefined ? [] : [ApiBody({ type: body, required: bodyOptional !== true })]),
];

/**
 * The request's parts as their DTOs, all of them checked, and described in the OpenAPI document:
 * `@Valid({ path: SomePath, body: SomeBody }) { path, body }: { path: SomePath; body: SomeBody }`
 */
export const Valid =
  (parts: Parts): ParameterDecorator =>
  (target, method, index) => {
    RawRequest(undefined, new Nx1RequestPipe(parts))(target, method, index);
    const descriptor = method && Object.getOwnPropertyDescriptor(target, method);
    if (!descriptor) throw new Error('@Valid belongs on a parameter of a method');
    for (const decorate of documentation(parts)) decorate(target, method, descriptor);
  };
