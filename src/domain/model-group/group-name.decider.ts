import type { Decider } from '../shared/decider.js';
import type { ModelGroupNameReserved } from './model-group.events.js';
import { claimLost } from './refusals.js';

/** Who may take a name: a group, by one registration or update of it. */
export interface NameClaim {
  readonly modelGroupId: string;
  readonly nameClaim: string;
}

export interface ReserveModelGroupName extends NameClaim {
  readonly type: 'ReserveModelGroupName';
  readonly name: string;
  /** The claim that was found to be spent: the name may be taken over from this one, and no other. */
  readonly spentClaim: string | null;
}

export interface GroupNameState {
  readonly holder: NameClaim | null;
}

/**
 * Stream `modelGroupName-<hash of the name>`: makes a name unique. Nothing is given back when a group is renamed or deleted:
 * whether the holder of the last claim has the name, might still get it, or never will, stands in the holder's own stream.
 */
export const groupNameDecider: Decider<GroupNameState, ReserveModelGroupName, ModelGroupNameReserved> = {
  name: 'modelGroupName',
  initialState: { holder: null },
  decide: ({ name, modelGroupId, nameClaim, spentClaim }, { holder }) => {
    if (holder?.nameClaim === nameClaim) return [];
    const takenOverFrom = holder?.nameClaim ?? null;
    if (takenOverFrom !== spentClaim) throw claimLost(name);
    return [{ type: 'ModelGroupNameReserved', data: { name, modelGroupId, nameClaim, takenOverFrom } }];
  },
  evolve: (_, { data: { modelGroupId, nameClaim } }) => ({ holder: { modelGroupId, nameClaim } }),
};
