import { expect } from '@jest/globals';
import type { Decider, DomainEvent, Recorded } from '../../src/domain/shared/decider.js';
import { DomainError } from '../../src/domain/shared/domain-error.js';

/** When the given events occurred, unless a test says otherwise. */
export const GIVEN_AT = '2026-01-01T00:00:00.000Z';

type Given<Event extends DomainEvent> = Event & { readonly occurredAt?: string };

/**
 * `given(events).when(command).then(exactly these events)`: order, every field and nothing else count.
 *
 *   const given = deciderSpec(groupDecider);
 *   given(recorded).when({ type: 'DeleteGroup', groupId }).then(deleted);
 */
export const deciderSpec =
  <State, Command, Event extends DomainEvent>(decider: Decider<State, Command, Event>) =>
  (...events: readonly Given<Event>[]) => {
    const state = (): State =>
      events.reduce(
        (folded, event) => decider.evolve(folded, { occurredAt: GIVEN_AT, ...event } as Recorded<Event>),
        decider.initialState,
      );
    return {
      /** The state after the given events, for rules that live in `evolve`. */
      state,
      when: (command: Command) => ({
        // oxlint-disable-next-line unicorn/no-thenable -- it reads as a sentence, and nobody awaits it
        then: (...expected: readonly Event[]): void => {
          expect(decider.decide(command, state())).toStrictEqual(expected);
        },
        thenNothing: (): void => {
          expect(decider.decide(command, state())).toStrictEqual([]);
        },
        /** Refused with this code; `details` compared only when given. */
        thenRejects: (code: string, details?: Readonly<Record<string, unknown>>): void => {
          const refusal = refusalOf(() => decider.decide(command, state()));
          expect(refusal.code).toBe(code);
          if (details !== undefined) expect(refusal.details).toStrictEqual(details);
        },
      }),
    };
  };

const refusalOf = (decide: () => readonly unknown[]): DomainError => {
  let events: readonly unknown[];
  try {
    events = decide();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error(`expected a refusal, got ${JSON.stringify(events)}`);
};
