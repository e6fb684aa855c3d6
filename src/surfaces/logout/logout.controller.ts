import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/shared/domain-error.js';
import { EndSession, type Written } from '../../features/directory/index.js';
import { CredentialRefused } from '../../platform/auth/authenticator.js';
import { LogoutTokens, type Logout } from '../../platform/auth/logout-token.js';
import { Clock } from '../../platform/clock/clock.js';
import { HttpProblem } from '../../platform/http/problem.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { LOGOUT_PATH } from './logout.surface.js';

const FORM = 'application/x-www-form-urlencoded';

const invalid = (message: string, cause?: unknown): HttpProblem =>
  new HttpProblem(400, 'invalid-logout', message, { cause });

/** The identity provider reports that somebody signed out (OpenID Connect Back-Channel Logout 1.0). */
@ApiTags('Identity')
@Controller(LOGOUT_PATH)
export class LogoutController {
  constructor(
    private readonly tokens: LogoutTokens,
    private readonly commands: CommandBus,
    private readonly clock: Clock,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Report a sign-out',
    description:
      'The identity provider proves itself by the logout token. From then on access tokens of that session, or of that user issued before, are refused.',
    security: [],
  })
  @ApiConsumes(FORM)
  @ApiBody({
    schema: {
      type: 'object',
      required: ['logout_token'],
      properties: { logout_token: { type: 'string' } },
    },
  })
  @ApiResponse({ status: 200, description: 'The session has ended' })
  @ApiResponse({ status: 400, description: 'The logout token is invalid, or was used before' })
  @ApiResponse({
    status: 503,
    description: 'The token cannot be checked, or the sign-out not stored, at the moment',
  })
  async logout(@Req() request: FastifyRequest): Promise<WriteAnswer> {
    const logout = await this.verify(logoutTokenIn(request));
    const { position } = await this.end(logout, request.id);
    return new WriteAnswer(200, undefined, { position }, { 'cache-control': 'no-store' });
  }

  private async verify(token: string): Promise<Logout> {
    try {
      return await this.tokens.verify(token);
    } catch (error) {
      throw error instanceof CredentialRefused ? invalid('The logout token is invalid', error) : error;
    }
  }

  /** Nobody signed in does this: the actor is the system, on the identity provider's word. */
  private async end(logout: Logout, requestId: string): Promise<Written> {
    const context = {
      now: this.clock.now().toISOString(),
      actor: { kind: 'system', id: 'backchannel-logout' },
      credential: { type: 'none', id: null },
      correlationId: requestId,
      causationId: requestId,
    } as const;
    try {
      return await this.commands.execute(new EndSession(logout, context));
    } catch (error) {
      throw error instanceof DomainError ? invalid(error.message, error) : error;
    }
  }
}

const logoutTokenIn = (request: FastifyRequest): string => {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  const { body } = request;
  if (type !== FORM || !(body instanceof Buffer)) throw invalid(`The body must be a form (${FORM})`);
  const [token, ...more] = new URLSearchParams(body.toString('utf8')).getAll('logout_token');
  if (!token || more.length > 0) throw invalid('The form must hold exactly one logout_token');
  return token;
};
