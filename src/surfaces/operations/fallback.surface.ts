import { Injectable } from '@nestjs/common';
import type { HttpProblem } from '../../platform/http/problem.js';
import { Surface, type RenderedProblem } from '../../platform/http/surface.js';

/** Paths that belong to nobody. */
@Injectable()
export class FallbackSurface extends Surface {
  readonly prefixes = ['/'];

  render({ status, code, message }: HttpProblem): RenderedProblem {
    return {
      status,
      contentType: 'application/problem+json',
      body: { title: code, status, detail: message },
    };
  }
}
