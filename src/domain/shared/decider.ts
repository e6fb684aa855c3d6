/** A fact of the business: a past-tense name and plain JSON data. */
export interface DomainEvent<Type extends string = string, Data extends object = object> {
  readonly type: Type;
  readonly data: Data;
}

/** A domain event as it comes back from the log: `occurredAt` is the time its command was decided (RFC 3339, UTC). */
export type Recorded<Event> = Event & { readonly occurredAt: string };

/**
 * One aggregate's rules as two pure functions over plain data: no I/O, no clock, no random. Time and new ids come in
 * with the command.
 */
export interface Decider<State, Command, Event extends DomainEvent> {
  /** Names the fold; cached states of two deciders over one stream never mix. */
  readonly name: string;
  readonly initialState: State;
  /** Every event holds the whole state, so that of a stream of any length only the last one is read. */
  readonly lastEventTellsAll?: true;
  /** What happens when `command` meets `state`. An empty list: nothing changes. Throws {@link DomainError} to refuse. */
  decide(command: Command, state: State): readonly Event[];
  /** The state after `event`. Never throws on an event that `decide` ever returned. */
  evolve(state: State, event: Recorded<Event>): State;
}
