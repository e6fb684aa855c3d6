import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RequestPipe, type Parts } from './request.pipe.js';

const RawRequest = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<FastifyRequest>(),
);

/** The request's parts as their DTOs: `@Valid({ path: UserPath, body: UserDto }) { path, body }: { path: UserPath; body: UserDto }` */
export const Valid = (parts: Parts): ParameterDecorator => RawRequest(undefined, new RequestPipe(parts));
