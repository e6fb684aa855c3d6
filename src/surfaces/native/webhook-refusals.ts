import { DomainError } from '../../domain/shared/domain-error.js';
import { HttpProblem } from '../../platform/http/problem.js';

/** The field that each refusal is about. */
const FIELD_OF: Readonly<Record<string, string>> = {
  'target-malformed': 'url',
  'target-not-allowed': 'url',
  'position-beyond-end': 'after',
  'range-malformed': 'from',
};

export const pointAtField = (error: unknown): never => {
  const field = error instanceof DomainError ? FIELD_OF[error.code] : undefined;
  if (!(error instanceof DomainError) || field === undefined) throw error;
  throw new HttpProblem(422, error.code, error.message, {
    errors: [{ location: ['body', field], message: error.message }],
  });
};
