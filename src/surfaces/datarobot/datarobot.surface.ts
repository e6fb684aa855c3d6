import { Injectable } from '@nestjs/common';
import type { FieldError, HttpProblem } from '../../platform/http/problem.js';
import { Surface, type RenderedProblem } from '../../platform/http/surface.js';
import { fieldName } from './request.js';

const CONTENT_TYPE = 'application/json; charset=utf-8';

/** The first fault of each field, by the field's path. */
const byField = (errors: readonly FieldError[]): Readonly<Record<string, string>> =>
  Object.fromEntries(errors.map(({ location, message }) => [fieldName(location), message]).toReversed());

/** DataRobot's refusals: `{"message"}`, and beside it the fields that are wrong, or the policy that asks for an approval. */
@Injectable()
export class DataRobotSurface extends Surface {
  readonly prefixes = ['/api/v2'] as const;

  render({ status, message, options }: HttpProblem): RenderedProblem {
    const { headers, errors, details } = options;
    const policyId = details?.['policyId'];
    return {
      status,
      contentType: CONTENT_TYPE,
      body: {
        message,
        ...(status === 422 && errors && { errors: byField(errors) }),
        ...(status === 409 && typeof policyId === 'string' && { policyId }),
      },
      ...(headers && { headers }),
    };
  }
}
