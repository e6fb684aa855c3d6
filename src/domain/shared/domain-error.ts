/** Why a command was refused; each surface maps the four kinds to its own statuses (404, 403, 409, 422). */
export type RefusalKind = 'not-found' | 'forbidden' | 'conflict' | 'invalid';

/** A refusal by a business rule. `code` is a stable kebab-case word, `message` one English sentence for people. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly kind: RefusalKind,
    readonly code: string,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}
