import { beforeEach, describe, expect, it } from '@jest/globals';
import { SingleProjection } from '../../../test/support/single-projection.js';
import { platformPrincipal } from '../../platform/auth/principals.js';
import type { Principal } from '../../platform/auth/principal.js';
import type { Config } from '../../platform/config/config.js';
import { ModelGroupAccess, type RunModel } from './model-group-access.js';
import { modelGroupsProjection } from './model-groups.projection.js';

const IVO: Principal = {
  ...platformPrincipal('x'),
  kind: 'user',
  userId: 'ivo',
  backendRoles: ['IT'],
  credentialType: 'user_psk',
};

let reads: string[];
let projection: SingleProjection;
let access: ModelGroupAccess;
const group = (modelGroupId: string, mode: 'public' | 'restricted'): void =>
  projection.happened('ModelGroupRegistered', {
    modelGroupId,
    version: 1,
    name: `name of ${modelGroupId}`,
    description: null,
    access: mode,
    backendRoles: mode === 'public' ? null : ['risk'],
    ownerId: 'ana',
    owner: { backendRoles: [], roles: [] },
    nameClaim: modelGroupId,
    personal: {},
  });
const model = (artifactId: string, name: string, modelGroupId: string | null): void =>
  projection.happened('ArtifactRegistered', {
    kind: 'model',
    artifactId,
    name,
    version: null,
    workspaceId: null,
    modelGroupId,
    number: 1,
  });
const run = (name: string, modelId: string | null = null): RunModel => ({
  model: name,
  modelId,
  modelPackageId: null,
});

beforeEach(() => {
  reads = [];
  projection = new SingleProjection(modelGroupsProjection);
  const { readModels } = projection;
  const counted = {
    positionOf: (name: string) => readModels.positionOf(name),
    all: (sql: string, ...parameters: string[]) => {
      reads.push(sql);
      return readModels.all(sql, ...parameters);
    },
  } as unknown as typeof readModels;
  access = new ModelGroupAccess(counted, { modelAccessControl: true } as Config);
  group('open', 'public');
  group('closed', 'restricted');
  model('m-1', 'churn', 'closed');
});

describe('who is kept from a model', () => {
  it('is told by one read, and by none while nothing has happened', () => {
    for (let n = 0; n < 3; n++)
      expect(access.denial(IVO, run('churn'))).toMatchObject({
        modelGroupId: 'closed',
        access: 'restricted',
      });
    expect(access.denial({ ...IVO, userId: 'rob', backendRoles: ['risk'] }, run('churn'))).toBeUndefined();
    expect(reads).toHaveLength(1);
    model('m-2', 'other', null);
    access.denial(IVO, run('churn'));
    expect(reads).toHaveLength(2);
  });

  it('is told by indexes alone', () => {
    access.denial(IVO, run('churn'));
    access.denial(IVO, run('churn', 'm-1'));
    for (const sql of reads) {
      const plan = projection.db
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...(sql.includes('?1') ? ['x'] : ['model', 'x']))
        .map(({ detail }) => String(detail));
      expect(plan.filter((step) => /^SCAN (?!CONSTANT ROW)/.test(step))).toStrictEqual([]);
    }
  });

  it('is not asked for the platform, nor while access control is off', () => {
    expect(access.denial(platformPrincipal('x'), run('churn'))).toBeUndefined();
    const off = new ModelGroupAccess(projection.readModels, { modelAccessControl: false } as Config);
    expect(off.denial(IVO, run('churn'))).toBeUndefined();
    expect(reads).toStrictEqual([]);
  });

  it('goes by what was withdrawn as well, whatever takes its name', () => {
    projection.happened('ArtifactWithdrawn', { kind: 'model', artifactId: 'm-1', name: 'churn' });
    model('m-2', 'churn', null);
    model('m-3', 'churn', 'open');
    expect(access.denial(IVO, run('churn'))?.modelGroupId).toBe('closed');
    expect(access.denial(IVO, run('churn', 'm-1'))?.modelGroupId).toBe('closed');
    model('m-1', 'churn', null);
    expect(access.denial(IVO, run('churn'))).toBeUndefined();
    expect(access.denial(IVO, run('churn', 'm-1'))).toBeUndefined();
  });

  it('goes by every name that a model ever had', () => {
    const facts = { version: null, workspaceId: null };
    projection.happened('ArtifactChanged', {
      kind: 'model',
      artifactId: 'm-1',
      before: { ...facts, name: 'churn', modelGroupId: 'closed' },
      after: { ...facts, name: 'harmless', modelGroupId: 'closed' },
    });
    for (const name of ['churn', 'harmless', 'm-1'])
      expect(access.denial(IVO, run(name))?.modelGroupId).toBe('closed');
  });

  it('is everybody, when the group is not known', () => {
    model('m-3', 'stray', 'gone');
    expect(access.denial({ ...IVO, backendRoles: ['risk'] }, run('stray'))).toMatchObject({
      modelGroupId: 'gone',
      name: null,
      access: null,
    });
    expect(access.denial({ ...IVO, isAdmin: true }, run('stray'))).toBeUndefined();
  });

  it('is nobody of a model that no name can be', () => {
    model('a', 'a', 'closed');
    expect(access.denial(IVO, run('a\0b'))).toBeUndefined();
    expect(access.denial(IVO, run('constructor'))).toBeUndefined();
  });
});
