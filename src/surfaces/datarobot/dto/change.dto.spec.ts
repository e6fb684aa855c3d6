import { describe, expect, it } from '@jest/globals';
import type { FieldError } from '../../../platform/http/problem.js';
import { readChange, toPayload } from './change.dto.js';
import type { ChangeAction } from './words.js';

const read = (action: ChangeAction, payload: unknown) => {
  const faults: FieldError[] = [];
  const change = readChange(action, payload, ['change'], faults);
  return { change, places: faults.map(({ location }) => location.join('.')) };
};

const SPAN = { dataType: 'monitoring', start: null, end: null, modelId: null };

describe('the payload of each action', () => {
  it.each<[ChangeAction, object, object | null]>([
    ['approve', { approvalStatus: 'APPROVED' }, { approvalStatus: 'APPROVED' }],
    ['changeStatus', { status: 'inactive' }, { status: 'inactive' }],
    ['changeImportance', { importance: 'CRITICAL' }, { importance: 'CRITICAL' }],
    ['cleanupStats', { dataType: 'monitoring' }, SPAN],
    [
      'cleanupStats',
      { ...SPAN, start: '2026-01-01T01:00:00+01:00', end: '2026-01-02T00:00:00Z', modelId: 'm' },
      { ...SPAN, start: '2026-01-01T00:00:00.000Z', end: '2026-01-02T00:00:00.000Z', modelId: 'm' },
    ],
    ['delete', {}, null],
    ['delete', { ignoreManagementAgent: true }, { ignoreManagementAgent: 'true' }],
    ['delete', { ignoreManagementAgent: 'False' }, { ignoreManagementAgent: 'false' }],
    ['delete', { defaultDeploymentId: 'd' }, { defaultDeploymentId: 'd' }],
    [
      'replaceModel',
      { modelId: 'm', replacementReason: 'data_drift' },
      { modelId: 'm', replacementReason: 'data_drift' },
    ],
    [
      'replaceModelPackage',
      { modelPackageId: 'p', replacementReason: 'other' },
      { modelPackageId: 'p', replacementReason: 'other' },
    ],
    ['updateSecondaryDatasetConfigs', { secondaryDatasetsConfigId: 'c' }, { secondaryDatasetsConfigId: 'c' }],
    ['replaceRoles', { allowedRoles: ['a', 'b'] }, { allowedRoles: ['a', 'b'] }],
    ['replaceRoles', { allowedRoles: [] }, { allowedRoles: [] }],
  ])('%s %j is answered as %j', (action, payload, answered) => {
    const { change, places } = read(action, payload);
    expect(places).toEqual([]);
    expect(change.action).toBe(action);
    expect(toPayload(change)).toEqual(answered);
  });

  it.each<[ChangeAction, unknown, readonly string[]]>([
    ['approve', { approvalStatus: 'PENDING' }, ['change.approvalStatus']],
    ['approve', { approvalStatus: 'approved' }, ['change.approvalStatus']],
    ['changeStatus', { status: 'Active' }, ['change.status']],
    ['changeStatus', { importance: 'LOW' }, ['change.status', 'change.importance']],
    ['changeImportance', { importance: 'low' }, ['change.importance']],
    ['cleanupStats', {}, ['change.dataType']],
    ['cleanupStats', { dataType: 'Monitoring' }, ['change.dataType']],
    ['cleanupStats', { ...SPAN, start: 'x', modelId: 5 }, ['change.start', 'change.modelId']],
    [
      'cleanupStats',
      { ...SPAN, start: '2026-01-01T00:00:00Z', end: '2026-01-01T01:00:00+01:00' },
      ['change.start'],
    ],
    [
      'cleanupStats',
      { ...SPAN, start: '2026-01-02T00:00:00Z', end: '2026-01-01T00:00:00Z' },
      ['change.start'],
    ],
    ['delete', { force: true }, ['change.force']],
    ['delete', { ignoreManagementAgent: 'TRUE' }, ['change.ignoreManagementAgent']],
    ['delete', null, ['change']],
    ['replaceModel', { modelId: 'm' }, ['change.replacementReason']],
    [
      'replaceModel',
      { modelId: '', replacementReason: 'DATA_DRIFT' },
      ['change.modelId', 'change.replacementReason'],
    ],
    [
      'replaceModel',
      { modelPackageId: 'p', replacementReason: 'other' },
      ['change.modelId', 'change.modelPackageId'],
    ],
    ['updateSecondaryDatasetConfigs', [], ['change']],
    ['replaceRoles', {}, ['change.allowedRoles']],
    ['replaceRoles', { allowedRoles: ['a', '', 'b\nc'] }, ['change.allowedRoles.1']],
    [
      'replaceRoles',
      { allowedRoles: ['a', ' ', 'b\nc'] },
      ['change.allowedRoles.1', 'change.allowedRoles.2'],
    ],
    ['replaceRoles', { allowedRoles: null }, ['change.allowedRoles']],
    ['approve', { approvalStatus: 'APPROVED', constructor: 1 }, ['change.constructor']],
    ['approve', 'APPROVED', ['change']],
  ])('%s %j does not fit at %j', (action, payload, places) => {
    expect(read(action, payload).places).toEqual(places);
  });
});
