import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BodyPipe, type DtoClass } from './request.pipe.js';

const RawRequest = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<FastifyRequest>(),
);

/** The body as its DTO: `@JsonBody(WorkspaceCreate) body: WorkspaceCreate` */
export const JsonBody = (dto: DtoClass): ParameterDecorator =>
  RawRequest(undefined, new BodyPipe(dto, false));

/** The same, and no body at all is as good as `{}`. */
export const OptionalJsonBody = (dto: DtoClass): ParameterDecorator =>
  RawRequest(undefined, new BodyPipe(dto, true));
