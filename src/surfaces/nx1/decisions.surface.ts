import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { HttpProblem } from '../../platform/http/problem.js';
import { Surface, type RenderedProblem } from '../../platform/http/surface.js';
import { Nx1Surface } from './nx1.surface.js';

/** No credential is shorter: the platform's own key is the shortest there can be. */
const SHORTEST_CREDENTIAL = 32;
const MARK = '[redacted]';

const redactLong = (text: string): string => (text.length < SHORTEST_CREDENTIAL ? text : MARK);

const redact = (value: unknown): unknown => {
  if (typeof value === 'string') return redactLong(value);
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [redactLong(key), redact(member)]));
};

/**
 * Bodies here hold credentials of others, in any form and, when a field's name is misspelt, at any place. So a refusal
 * repeats nothing that is long enough to be one.
 */
@Injectable()
export class DecisionsSurface extends Surface {
  readonly prefixes = ['/api/authz'] as const;

  constructor(private readonly nx1: Nx1Surface) {
    super();
  }

  render(problem: HttpProblem, request: FastifyRequest): RenderedProblem {
    const rendered = this.nx1.render(problem, request);
    const { detail } = rendered.body as { detail?: readonly { input?: unknown }[] };
    if (detail === undefined) return rendered;
    const shown = detail.map((fault) =>
      'input' in fault ? { ...fault, input: redact(fault.input) } : fault,
    );
    return { ...rendered, body: { detail: shown } };
  }
}
