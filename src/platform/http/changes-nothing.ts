import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly changesNothing?: true;
  }
}

/** How the OpenAPI document says it. */
export const CHANGES_NOTHING = 'x-changes-nothing';

/** A POST that only asks, such as a decision: its headers are those of a read, and no answer is kept. */
export const ChangesNothing = (): MethodDecorator =>
  applyDecorators(RouteConfig({ changesNothing: true }), ApiExtension(CHANGES_NOTHING, true));
