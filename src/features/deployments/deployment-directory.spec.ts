import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  context,
  DeploymentsFixture,
  newDeployment,
  platform,
  type Replica,
} from '../../../test/support/deployments.js';
import { ReadModels, type ProjectionStatus } from '../../projections/projection.js';
import { RegisterDeployment, ReplaceRoles } from './commands.js';
import { DeploymentDirectory } from './deployment-directory.js';

describe('looking up a deployment for a decision', () => {
  let fixture: DeploymentsFixture;
  let replica: Replica;

  beforeEach(async () => {
    fixture = await DeploymentsFixture.open();
    replica = await fixture.replica('none');
  });
  afterEach(() => fixture.close());

  const register = () =>
    replica.commands.execute(
      new RegisterDeployment(newDeployment({ allowedRoles: ['a'] }), platform, context()),
    );

  it('finds it by name and by id, with what decides', async () => {
    const { deploymentId } = await register();
    await replica.caughtUp();
    const expected = {
      deploymentId,
      model: 'churn',
      name: 'prod',
      type: 'online',
      status: 'active',
      owner: 'u-bob',
      ownerId: null,
      allowedRoles: ['a'],
      revision: 1n,
      label: 'prod',
      approvalStatus: 'APPROVED',
      modelId: null,
      modelPackageId: null,
      secondaryDatasetsConfigId: null,
      importance: 'MODERATE',
    };
    expect(replica.deployments.find('churn', 'prod')).toStrictEqual(expected);
    expect(replica.deployments.byId(deploymentId)).toStrictEqual(expected);
  });

  it('forgets what it found, and what it did not find, when the read model moves', async () => {
    expect(replica.deployments.find('churn', 'prod')).toBeUndefined();
    await register();
    await replica.caughtUp();
    expect(replica.deployments.find('churn', 'prod')).toMatchObject({ allowedRoles: ['a'] });
    await replica.commands.execute(new ReplaceRoles('churn', 'prod', [], platform, context()));
    await replica.caughtUp();
    expect(replica.deployments.find('churn', 'prod')).toMatchObject({ allowedRoles: [] });
  });

  it('is not fooled by a NUL, nor by an id that looks like a name', async () => {
    const { deploymentId } = await register();
    await replica.caughtUp();
    expect(replica.deployments.find('churn', 'prod')).toBeDefined();
    expect(replica.deployments.find('churn\0', 'prod')).toBeUndefined();
    expect(replica.deployments.find('churn', 'prod\0x')).toBeUndefined();
    expect(replica.deployments.byId(`${deploymentId}\0`)).toBeUndefined();
    expect(replica.deployments.byId('["churn","prod"]')).toBeUndefined();
  });
});

describe('what a look-up remembers', () => {
  /** Counts reads; the other read models stand still, as when one of them has stopped. */
  class CountingReadModels extends ReadModels {
    reads = 0;
    own = 1n;
    readonly position = 1n;

    positionOf(): bigint {
      return this.own;
    }
    all<Row>(): Row[] {
      return [];
    }
    get<Row>(): Row | undefined {
      this.reads += 1;
      return undefined;
    }
    waitFor(): Promise<void> {
      return Promise.resolve();
    }
    trustworthy(): boolean {
      return true;
    }
    status(): readonly ProjectionStatus[] {
      return [];
    }
  }

  it('is read once while its read model stands still', () => {
    const readModels = new CountingReadModels();
    const directory = new DeploymentDirectory(readModels);
    for (let n = 0; n < 3; n++) {
      directory.find('churn', 'prod');
      directory.find('churn', 'other');
      directory.byId('id');
    }
    expect(readModels.reads).toBe(3);
  });

  it('is read again when its own read model has moved, though another one stands still', () => {
    const readModels = new CountingReadModels();
    const directory = new DeploymentDirectory(readModels);
    directory.find('churn', 'prod');
    readModels.own = 2n;
    directory.find('churn', 'prod');
    expect(readModels.reads).toBe(2);
  });

  it('does not grow with the number of names asked for', () => {
    const readModels = new CountingReadModels();
    const directory = new DeploymentDirectory(readModels);
    for (let n = 0; n <= 10_000; n++) directory.find('churn', `made-up-${n}`);
    directory.find('churn', 'made-up-0');
    expect(readModels.reads).toBe(10_002);
  });
});
