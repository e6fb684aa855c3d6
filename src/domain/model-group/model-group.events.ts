import type { DomainEvent } from '../shared/decider.js';

export const ACCESS_MODES = ['public', 'private', 'restricted'] as const;
export type AccessMode = (typeof ACCESS_MODES)[number];

/** What a model group says of itself and of who may use it. */
export interface GroupFacts {
  readonly name: string;
  readonly description: string | null;
  readonly access: AccessMode;
  /** Whoever holds one of them may use a restricted group. `null`: never given any; empty: taken away. */
  readonly backendRoles: readonly string[] | null;
}

/** The owner as he was when he registered the group; his name stands in `personal`. */
export interface OwnerSnapshot {
  readonly backendRoles: readonly string[];
  /** Those of the roles that open the model groups' calls. */
  readonly roles: readonly string[];
}

interface Versioned {
  readonly modelGroupId: string;
  /** Counts the writes to this id from 1, over deletions and new registrations. */
  readonly version: number;
}

export type ModelGroupRegistered = DomainEvent<
  'ModelGroupRegistered',
  Versioned &
    GroupFacts & {
      /** `null`: registered while access control did not apply, so it belongs to nobody. */
      readonly ownerId: string | null;
      readonly owner: OwnerSnapshot | null;
      /** The claim to the name that this registration used up. */
      readonly nameClaim: string;
      readonly personal: { readonly [ownerId: string]: { readonly name: string } };
    }
>;

export type ModelGroupUpdated = DomainEvent<
  'ModelGroupUpdated',
  Versioned & {
    readonly before: GroupFacts;
    readonly after: GroupFacts;
    /** The claim to the new name that this update used up; `null`: the name was not to change. */
    readonly nameClaim: string | null;
  }
>;

export type ModelGroupDeleted = DomainEvent<'ModelGroupDeleted', Versioned & { readonly name: string }>;

/** Nothing may take this name for the group with that claim any more: another group is taking it over. */
export type ModelGroupNameForfeited = DomainEvent<
  'ModelGroupNameForfeited',
  { readonly modelGroupId: string; readonly name: string; readonly nameClaim: string }
>;

/** Stream `modelGroup-<id>`. */
export type ModelGroupEvent =
  ModelGroupRegistered | ModelGroupUpdated | ModelGroupDeleted | ModelGroupNameForfeited;

/** Stream `modelGroupName-<hash of the name>`: who may take the name; the last claim counts. */
export type ModelGroupNameReserved = DomainEvent<
  'ModelGroupNameReserved',
  {
    readonly name: string;
    readonly modelGroupId: string;
    readonly nameClaim: string;
    /** The claim that it replaced. */
    readonly takenOverFrom: string | null;
  }
>;

export const modelGroupEventVersions = {
  ModelGroupRegistered: 1,
  ModelGroupUpdated: 1,
  ModelGroupDeleted: 1,
  ModelGroupNameForfeited: 1,
  ModelGroupNameReserved: 1,
} as const satisfies Record<(ModelGroupEvent | ModelGroupNameReserved)['type'], number>;
