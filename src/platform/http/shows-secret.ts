import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly showsSecretOnce?: true;
    readonly showsSealedSecret?: true;
  }
}

/** How the OpenAPI document says it. */
export const SHOWS_SECRET_ONCE = 'x-shows-secret-once';

/**
 * The answer holds a secret that is never shown again, so it can't be kept for a repeat: an `Idempotency-Key` is refused
 * (422), and no cache may store the answer.
 */
export const ShowsSecretOnce = (): MethodDecorator =>
  applyDecorators(RouteConfig({ showsSecretOnce: true }), ApiExtension(SHOWS_SECRET_ONCE, true));

/**
 * The answer holds a secret that the log has sealed. It is not kept for a repeat as it was sent, in clear: the handler finds
 * what the first request did and makes the same answer again. No cache may store it.
 */
export const ShowsSealedSecret = (): MethodDecorator => RouteConfig({ showsSealedSecret: true });
