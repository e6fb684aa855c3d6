import { Injectable } from '@nestjs/common';
import type { HttpProblem } from '../../platform/http/problem.js';
import { Surface, type RenderedProblem } from '../../platform/http/surface.js';

export const LOGOUT_PATH = '/auth/backchannel-logout';

/** Refusals as OAuth words them (RFC 6749, 5.2), which is what identity providers read. */
@Injectable()
export class LogoutSurface extends Surface {
  readonly prefixes = [LOGOUT_PATH] as const;

  render({ status, message }: HttpProblem): RenderedProblem {
    return {
      status,
      contentType: 'application/json',
      body: {
        error: status >= 500 ? 'temporarily_unavailable' : 'invalid_request',
        error_description: message,
      },
      headers: { 'cache-control': 'no-store' },
    };
  }
}
