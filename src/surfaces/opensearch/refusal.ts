import { HttpProblem } from '../../platform/http/problem.js';

/** OpenSearch's words for kinds of failures, as far as they are thrown here by name. */
export type FailureType =
  | 'illegal_argument_exception'
  | 'action_request_validation_exception'
  | 'parsing_exception'
  | 'parse_exception';

/** A 400 of this type. */
export const refusal = (type: FailureType, reason: string): HttpProblem =>
  new HttpProblem(400, type.replaceAll('_', '-'), reason, { details: { type } });

export const parsing = (reason: string): HttpProblem => refusal('parsing_exception', reason);

export const illegal = (reason: string): HttpProblem => refusal('illegal_argument_exception', reason);
