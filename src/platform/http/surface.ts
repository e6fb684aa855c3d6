import type { FastifyRequest } from 'fastify';
import type { HttpProblem } from './problem.js';

export interface RenderedProblem {
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** How one vocabulary says no: every refusal on its paths, also the router's own, is rendered by it. */
export abstract class Surface {
  /** Path prefixes it owns, e.g. `/api/models`; the longest that fits a path wins. */
  abstract readonly prefixes: readonly string[];
  /**
   * Paths it answers past the framework's router, as they stand in the OpenAPI document: `{<path>: {<method>: operation}}`.
   */
  readonly describedPaths: Readonly<Record<string, object>> = {};

  abstract render(problem: HttpProblem, request: FastifyRequest): RenderedProblem;
}
