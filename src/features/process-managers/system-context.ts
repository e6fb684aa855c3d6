import type { CommandContext } from '../../event-store/command-context.js';

/** What a process manager does is done by the system, because of an event and in the same business transaction. */
export const systemContext = (
  name: string,
  now: Date,
  cause: { readonly eventId: string; readonly correlationId: string },
): CommandContext => ({
  now: now.toISOString(),
  actor: { kind: 'system', id: name },
  credential: { type: 'none', id: null },
  correlationId: cause.correlationId,
  causationId: cause.eventId,
});
