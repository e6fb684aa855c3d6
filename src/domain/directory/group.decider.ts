import type { Decider } from '../shared/decider.js';
import { DomainError } from '../shared/domain-error.js';
import type { GroupEvent } from './directory.events.js';

export type GroupCommand =
  | { readonly type: 'RecordGroup'; readonly groupId: string; readonly name: string }
  | { readonly type: 'DeleteGroup'; readonly groupId: string };

/** `name` is `null` while the group does not exist, before its first record and after its deletion. */
export interface Group {
  readonly name: string | null;
}

export const groupDecider: Decider<Group, GroupCommand, GroupEvent> = {
  name: 'group',
  initialState: { name: null },

  decide(command, group) {
    const { groupId } = command;
    switch (command.type) {
      case 'RecordGroup':
        return command.name === group.name
          ? []
          : [{ type: 'GroupRecorded', data: { groupId, name: command.name } }];
      case 'DeleteGroup':
        if (group.name === null)
          throw new DomainError('not-found', 'group-not-found', `Group '${groupId}' not found`);
        return [{ type: 'GroupDeleted', data: { groupId, name: group.name } }];
    }
  },

  evolve(_group, event) {
    return { name: event.type === 'GroupRecorded' ? event.data.name : null };
  },
};
