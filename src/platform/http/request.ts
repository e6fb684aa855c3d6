import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { CommandContext } from '../../event-store/command-context.js';
import type { Principal } from '../auth/principal.js';
import type { HttpProblem } from './problem.js';

/** Surfaces hand it through; they don't look inside. */
export type { CommandContext };

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the body is read, on every path that needs a credential. */
    principal: Principal | null;
    /** Set on every write, after its headers were checked. */
    commandContext: CommandContext | null;
    /** Why the request was refused, for the log. */
    problem: HttpProblem | null;
    /** The refusal is an answer of the domain's rules, not a fault of the request or the moment. */
    refusedByRule: boolean;
  }
}

const requestOf = (context: ExecutionContext): FastifyRequest =>
  context.switchToHttp().getRequest<FastifyRequest>();

/** The verified caller. On a public path there is none, and asking is a mistake in the code. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = requestOf(context);
  if (principal === null) throw new Error('no principal on a public path');
  return principal;
});

/** Who, why, when and which repeat: what a command carries into the metadata of its events. */
export const WriteContext = createParamDecorator((_: unknown, context: ExecutionContext): CommandContext => {
  const { commandContext } = requestOf(context);
  if (commandContext === null) throw new Error('no command context: not a write');
  return commandContext;
});
