import { describe, it } from '@jest/globals';
import { deciderSpec } from '../../../test/support/decider-spec.js';
import { groupDecider } from './group.decider.js';

const given = deciderSpec(groupDecider);
const record = (name: string) => ({ type: 'RecordGroup', groupId: 'risk', name }) as const;
const remove = { type: 'DeleteGroup', groupId: 'risk' } as const;
const recorded = (name: string) => ({ type: 'GroupRecorded', data: { groupId: 'risk', name } }) as const;
const deleted = { type: 'GroupDeleted', data: { groupId: 'risk', name: 'Risk' } } as const;

describe('a group', () => {
  it('is recorded', () => given().when(record('Risk')).then(recorded('Risk')));
  it('is renamed', () => given(recorded('Risk')).when(record('Model risk')).then(recorded('Model risk')));
  it('is not recorded again under the same name', () =>
    given(recorded('Risk')).when(record('Risk')).thenNothing());
  it('is deleted', () => given(recorded('Risk')).when(remove).then(deleted));
  it('may be made again', () => given(recorded('Risk'), deleted).when(record('Risk')).then(recorded('Risk')));
  it('that is unknown is not deleted', () => given().when(remove).thenRejects('group-not-found'));
  it('is deleted once', () => given(recorded('Risk'), deleted).when(remove).thenRejects('group-not-found'));
});
