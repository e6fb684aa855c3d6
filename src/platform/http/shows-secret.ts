import { RouteConfig } from '@nestjs/platform-fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly showsSecretOnce?: true;
  }
}

/**
 * The answer holds a secret that is never shown again, so it can't be kept for a repeat: an `Idempotency-Key` is refused
 * (422), and no cache may store the answer.
 */
export const ShowsSecretOnce = (): MethodDecorator => RouteConfig({ showsSecretOnce: true });
