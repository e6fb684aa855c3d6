import type { Decider, Recorded } from '../shared/decider.js';
import { mayUseGroup } from './access.js';
import type { GroupUser } from './group-user.js';
import type { GroupFacts, ModelGroupEvent, ModelGroupRegistered } from './model-group.events.js';
import {
  claimLost,
  groupHasModels,
  idTaken,
  mayNotDelete,
  modelGroupNotFound,
  nameTaken,
} from './refusals.js';
import { accessOfNewGroup } from './registration.js';
import type { SentAccess } from './sent-access.js';
import { factsAfter, type GroupChange } from './updating.js';

interface Addressed {
  readonly modelGroupId: string;
  /** `null`: access control doesn't apply to this request. */
  readonly user: GroupUser | null;
}

export type RegisterModelGroup = Addressed & {
  readonly type: 'RegisterModelGroup';
  readonly name: string;
  readonly description: string | null;
  readonly access: SentAccess;
  readonly nameClaim: string;
};

export type UpdateModelGroup = Addressed &
  GroupChange & {
    readonly type: 'UpdateModelGroup';
    /** To the name sent, when it is another than the group has. */
    readonly nameClaim: string | null;
  };

export type ModelGroupCommand =
  | RegisterModelGroup
  | UpdateModelGroup
  | (Addressed & { readonly type: 'DeleteModelGroup'; readonly hasModels: boolean })
  | {
      readonly type: 'ForfeitModelGroupName';
      readonly modelGroupId: string;
      readonly name: string;
      readonly nameClaim: string;
    };

export interface ModelGroup extends GroupFacts {
  readonly ownerId: string | null;
}

export interface ModelGroupState {
  /** `null`: there is none, before a registration and after a deletion. */
  readonly group: ModelGroup | null;
  /** Writes so far. */
  readonly version: number;
  /** Claims to names that were used or forfeited: none of them can be used any more. */
  readonly spentClaims: readonly string[];
}

const owned = (
  user: GroupUser | null,
): Pick<ModelGroupRegistered['data'], 'ownerId' | 'owner' | 'personal'> => {
  if (user === null) return { ownerId: null, owner: null, personal: {} };
  const { userId, name, backendRoles, securityRoles } = user;
  return {
    ownerId: userId,
    owner: { backendRoles, roles: securityRoles },
    personal: { [userId]: { name } },
  };
};

const register = (command: RegisterModelGroup, state: ModelGroupState): readonly ModelGroupEvent[] => {
  const { modelGroupId, user, name, description, nameClaim } = command;
  const access = accessOfNewGroup(user, command.access);
  if (state.group !== null) throw idTaken(modelGroupId);
  if (state.spentClaims.includes(nameClaim)) throw claimLost(name);
  const facts = { name, description, ...access };
  const version = state.version + 1;
  return [
    { type: 'ModelGroupRegistered', data: { modelGroupId, version, ...facts, ...owned(user), nameClaim } },
  ];
};

const factsOf = ({ name, description, access, backendRoles }: GroupFacts): GroupFacts => ({
  name,
  description,
  access,
  backendRoles,
});

const update = (command: UpdateModelGroup, state: ModelGroupState): readonly ModelGroupEvent[] => {
  const { modelGroupId, user, nameClaim } = command;
  const { group } = state;
  if (group === null) throw modelGroupNotFound(modelGroupId);
  const after = factsAfter(user, group, command);
  const isClaimed = nameClaim !== null && !state.spentClaims.includes(nameClaim);
  if (after.name !== group.name && !isClaimed) throw claimLost(after.name);
  const version = state.version + 1;
  return [
    { type: 'ModelGroupUpdated', data: { modelGroupId, version, before: factsOf(group), after, nameClaim } },
  ];
};

const decide = (command: ModelGroupCommand, state: ModelGroupState): readonly ModelGroupEvent[] => {
  const { modelGroupId } = command;
  switch (command.type) {
    case 'RegisterModelGroup':
      return register(command, state);
    case 'UpdateModelGroup':
      return update(command, state);
    case 'DeleteModelGroup': {
      const { group } = state;
      if (group === null) return [];
      if (!mayUseGroup(command.user, group)) throw mayNotDelete();
      if (command.hasModels) throw groupHasModels();
      const version = state.version + 1;
      return [{ type: 'ModelGroupDeleted', data: { modelGroupId, version, name: group.name } }];
    }
    case 'ForfeitModelGroupName': {
      const { name, nameClaim } = command;
      if (state.group?.name === name) throw nameTaken(modelGroupId);
      if (state.spentClaims.includes(nameClaim)) return [];
      return [{ type: 'ModelGroupNameForfeited', data: { modelGroupId, name, nameClaim } }];
    }
  }
};

const spending = ({ spentClaims }: ModelGroupState, claim: string | null): readonly string[] =>
  claim === null ? spentClaims : [...spentClaims, claim];

const evolve = (state: ModelGroupState, { type, data }: Recorded<ModelGroupEvent>): ModelGroupState => {
  switch (type) {
    case 'ModelGroupRegistered':
      return {
        group: { ...factsOf(data), ownerId: data.ownerId },
        version: data.version,
        spentClaims: spending(state, data.nameClaim),
      };
    case 'ModelGroupUpdated':
      return {
        group: state.group && { ...state.group, ...data.after },
        version: data.version,
        spentClaims: spending(state, data.nameClaim),
      };
    case 'ModelGroupDeleted':
      return { ...state, group: null, version: data.version };
    case 'ModelGroupNameForfeited':
      return { ...state, spentClaims: spending(state, data.nameClaim) };
  }
};

/** Stream `modelGroup-<id>`. After a deletion the id may be registered again: the stream goes on. */
export const modelGroupDecider: Decider<ModelGroupState, ModelGroupCommand, ModelGroupEvent> = {
  name: 'modelGroup',
  initialState: { group: null, version: 0, spentClaims: [] },
  decide,
  evolve,
};
