import { Injectable } from '@nestjs/common';
import type { FieldError, HttpProblem } from '../../platform/http/problem.js';
import { Surface, type RenderedProblem } from '../../platform/http/surface.js';
import { fieldName } from './request.js';

const CONTENT_TYPE = 'application/json; charset=utf-8';

/** The first fault of each field, by the field's path. */
const byField = (errors: readonly FieldError[]): Readonly<Record<string, string>> => {
  const found = new Map<string, string>();
  for (const { location, message } of errors) {
    const field = fieldName(location);
    if (!found.has(field)) found.set(field, message);
  }
  return Object.fromEntries(found);
};

/** What the request itself or, by the name of the field in its details, a business rule finds wrong. */
const errorsOf = ({ message, options }: HttpProblem): Readonly<Record<string, string>> | undefined => {
  const { errors, details } = options;
  if (errors !== undefined) return byField(errors);
  const field = details?.['field'];
  return typeof field === 'string' ? { [field]: message } : undefined;
};

/** DataRobot's refusals: `{"message"}`, and beside it the fields that are wrong, or the policy that asks for an approval. */
@Injectable()
export class DataRobotSurface extends Surface {
  readonly prefixes = ['/api/v2'] as const;

  render(problem: HttpProblem): RenderedProblem {
    const { status, message, options } = problem;
    const { headers, details } = options;
    const errors = status === 422 ? errorsOf(problem) : undefined;
    const policyId = details?.['policyId'];
    return {
      status,
      contentType: CONTENT_TYPE,
      body: {
        message,
        ...(errors && { errors }),
        ...(status === 409 && typeof policyId === 'string' && { policyId }),
      },
      ...(headers && { headers }),
    };
  }
}
