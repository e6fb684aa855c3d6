import type { CommandContext } from '../../event-store/command-context.js';

export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As sent, to the byte; `null`: none. */
  readonly body: string | null;
}

/** The command context of a request that came with an idempotency key. */
export type KeyedContext = CommandContext & Required<Pick<CommandContext, 'idempotency'>>;

/** Remembers first answers for requests that are repeated, as long as the log lives. */
export abstract class KeptAnswers {
  /** @throws IdempotencyKeyReused when the key was used for another request */
  abstract find(context: KeyedContext): Promise<KeptAnswer | undefined>;

  /** Returns the answer to give: this one, or the one another replica kept a moment before. */
  abstract keep(context: KeyedContext, answer: KeptAnswer): Promise<KeptAnswer>;
}
