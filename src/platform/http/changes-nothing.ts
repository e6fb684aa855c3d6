import { RouteConfig } from '@nestjs/platform-fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly changesNothing?: true;
  }
}

/** A POST that only asks, such as a decision: its headers are those of a read, and no answer is kept. */
export const ChangesNothing = (): MethodDecorator => RouteConfig({ changesNothing: true });
