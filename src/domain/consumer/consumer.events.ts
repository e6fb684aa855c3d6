import type { DomainEvent } from '../shared/decider.js';

/** How far a pull consumer has read; positions are decimal. */
export type ConsumerPositionStored = DomainEvent<
  'ConsumerPositionStored',
  {
    readonly name: string;
    /** `null`: none was stored. */
    readonly before: string | null;
    readonly after: string;
  }
>;

export type ConsumerRemoved = DomainEvent<
  'ConsumerRemoved',
  { readonly name: string; readonly position: string }
>;

/** Stream `consumer-<name>`. */
export type ConsumerEvent = ConsumerPositionStored | ConsumerRemoved;

export const consumerEventVersions = {
  ConsumerPositionStored: 1,
  ConsumerRemoved: 1,
} as const satisfies Record<ConsumerEvent['type'], number>;
