/** One thing that is wrong with a request's body, path, query or header. */
export interface FieldError {
  /** Where: `body`, `path`, `query` or `header` first, then keys and list indexes. */
  readonly location: readonly (string | number)[];
  readonly message: string;
  /** The surface's own word for it, where it has one. */
  readonly code?: string;
  readonly input?: unknown;
  readonly context?: Readonly<Record<string, unknown>>;
}

/**
 * A refusal in HTTP terms, free of any surface's shape: guards, hooks, pipes and controllers throw it, and the surface
 * that owns the request's path renders it. Nothing secret goes into any of its fields.
 */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';

  constructor(
    readonly status: number,
    /** Stable kebab-case word. */
    readonly code: string,
    /** One English sentence for people. */
    message: string,
    readonly options: {
      readonly headers?: Readonly<Record<string, string | readonly string[]>>;
      readonly errors?: readonly FieldError[];
      /** For the log only, never for the caller. */
      readonly cause?: unknown;
      readonly details?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message, { cause: options.cause });
  }
}
